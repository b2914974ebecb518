#include <cmath>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include "pictures.hpp"
#include <residua/train/evaluate.hpp>
#include <residua/train/initialise.hpp>
#include <residua/train/scores.hpp>

using namespace residua;

namespace {

using Probabilities = std::vector<double>;

/// Whatever the pixels, as long as they differ.
RgbImage photograph(int height, int width) {
    RgbImage image{height, width, {}};
    for (int i = 0; i < 3 * height * width; ++i) image.pixels.push_back(static_cast<std::uint8_t>(i * 37 % 251));
    return image;
}

template <class Action>
std::string complaint(const Action& action) {
    return text_of<std::invalid_argument>(action);
}

}  // namespace

TEST_CASE("scores: softmax, averaged over rows") {
    const std::vector<float> outputs{0.0f, std::log(3.0f), 500.0f, 500.0f};
    const Probabilities first = mean_softmax(std::span(outputs).first(2), 2);
    const double quarter = 1 / (1 + std::exp(double{outputs[1]}));
    CHECK(std::abs(quarter - 0.25) < 1e-7);
    CHECK(std::abs(first[0] - quarter) < 1e-15);
    CHECK(std::abs(first[1] - (1 - quarter)) < 1e-15);
    const Probabilities both = mean_softmax(outputs, 2);
    CHECK(std::abs(both[0] - (quarter + 0.5) / 2) < 1e-15);
    CHECK(std::abs(both[1] - (1.5 - quarter) / 2) < 1e-15);
    CHECK(complaint([&] { mean_softmax(outputs, 3); }) == "softmax: expected rows of 3 outputs, found 4 outputs");
    CHECK(complaint([&] { mean_softmax({}, 3); }) == "softmax: expected rows of 3 outputs, found 0 outputs");
}

TEST_CASE("scores: probabilities are averaged, not outputs") {
    const std::vector<float> sure{20.0f, 0.0f};
    const std::vector<float> unsure{-1.0f, 0.0f};
    const std::vector<Probabilities> members{mean_softmax(sure, 2), mean_softmax(unsure, 2), mean_softmax(unsure, 2)};
    const Probabilities mean = mean_of(members);
    CHECK(std::abs(mean[0] - (1.0 / (1.0 + std::exp(-20.0)) + 2.0 / (1.0 + std::exp(1.0))) / 3.0) < 1e-15);
    CHECK(std::abs(mean[0] + mean[1] - 1.0) < 1e-15);
    CHECK(complaint([] { mean_of({}); }) == "mean of probabilities: expected at least one, found none");
    const std::vector<Probabilities> different{{0.5, 0.5}, {1.0}};
    CHECK(complaint([&] { mean_of(different); }) == "mean of probabilities: expected 2 classes, found 1");
}

TEST_CASE("scores: the best classes come in order, the first of equal ones first") {
    const Probabilities probabilities{0.1, 0.3, 0.1, 0.4, 0.1, 0.0, 0.0};
    CHECK(best_classes(probabilities, 5) == std::vector{3, 1, 0, 2, 4});
    CHECK(best_classes(probabilities, 1) == std::vector{3});
    CHECK(best_classes(probabilities, 9) == std::vector{3, 1, 0, 2, 4, 5, 6});
}

TEST_CASE("scores: numbers that are not finite are no class and no error") {
    const std::vector<float> outputs{0.0f, 1.0f, 2.0f, std::nanf("")};
    CHECK(text_of<OutputsNotFinite>([&] { mean_softmax(outputs, 2); }) ==
          "outputs: expected finite numbers, found nan at place 3");
    const Probabilities probabilities{0.5, std::nan("")};
    const std::string text = "probabilities: expected finite numbers, found nan at place 1";
    CHECK(text_of<OutputsNotFinite>([&] { best_classes(probabilities, 1); }) == text);
    TopErrors errors;
    CHECK(text_of<OutputsNotFinite>([&] { errors.add(probabilities, 0); }) == text);
    CHECK(complaint([&] { errors.add(Probabilities{0.5, 0.5}, 2); }) == "label: expected below 2, found 2");
    CHECK(errors.images == 0);
}

TEST_CASE("scores: top-1 and top-5 errors") {
    const Probabilities probabilities{0.1, 0.3, 0.1, 0.4, 0.1, 0.0, 0.0};
    TopErrors errors;
    errors.add(probabilities, 3);
    CHECK(errors.top1 == 0);
    errors.add(probabilities, 4);
    CHECK(errors.top1 == 1);
    CHECK(errors.top5 == 0);
    errors.add(probabilities, 5);
    CHECK(errors.top1 == 2);
    CHECK(errors.top5 == 1);
    CHECK(errors.images == 3);
}

TEST_CASE("evaluate: the crops of an image go through in order, however many fit at a time") {
    const Model<SmallNet> model(he_initialised<SmallNet>(4));
    const TestImage test = test_image(photograph(13, 19), ten_crop_protocol(8).front());
    REQUIRE(test.crops.size() == 10);
    Workspace<SmallNet, Inference> single(1);
    std::vector<float> expected;
    for (std::size_t i = 0; i < test.crops.size(); ++i) {
        std::vector<float> input(3 * 8 * 8);
        crop_into(test, i, picture_normalisation(), input);
        const auto outputs = model.predict(std::span<const float>(input), 1, single);
        expected.insert(expected.end(), outputs.begin(), outputs.end());
    }
    CHECK(expected[0] != expected[4]);
    for (const int batch : {1, 3, 10, 12}) {
        Workspace<SmallNet, Inference> workspace(batch, 2);
        CHECK(predict_crops(model, test, picture_normalisation(), workspace) == expected);
    }
    const TestImage larger = test_image(photograph(13, 19), ten_crop_protocol(9).front());
    CHECK(complaint([&] { predict_crops(model, larger, picture_normalisation(), single); }) ==
          "crop: expected room for 81 or 243 floats, found 192");
}

TEST_CASE("evaluate: images that stand in for broken ones do not count") {
    /// Black images of class 0; some records are broken.
    class Source final : public ImageSource {
      public:
        explicit Source(std::size_t broken) : broken_(broken) {}
        std::size_t size() const override { return 7; }
        Chw shape() const override { return {3, 8, 8}; }
        int classes() const override { return output_shape<SmallNet>.count(); }
        Label fill(std::size_t, std::uint64_t, std::uint64_t, std::span<float> dst) override {
            std::ranges::fill(dst, 0.0F);
            return 0;
        }
        bool replaced(std::size_t record) const override { return record < broken_; }
        std::string augmentation_text() const override { return ""; }

      private:
        std::size_t broken_;
    };
    const Model<SmallNet> model(he_initialised<SmallNet>(4));
    Workspace<SmallNet, Inference> workspace(3);
    Source whole(0);
    Source some(4);
    const Evaluation all = evaluate(model, whole, workspace);
    const Evaluation rest = evaluate(model, some, workspace);
    CHECK(all.images == 7);
    CHECK(rest.images == 3);
    CHECK((rest.wrong == 0) == (all.wrong == 0));
    CHECK((all.wrong == 0 || rest.wrong == 3));
}
