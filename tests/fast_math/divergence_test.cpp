// Compiled with -ffast-math, with which isfinite(x) is always true and x != x never.

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include "../train/pictures.hpp"
#include <residua/io/model.hpp>
#include <residua/train/evaluate.hpp>
#include <residua/train/scores.hpp>
#include <residua/train/trainer.hpp>

#ifndef __FAST_MATH__
#error "these tests have to be compiled with -ffast-math"
#endif

using namespace residua;

namespace {

/// Without BN, whose statistics show what went wrong.
struct Plain
    : Network<Input<3, 8, 8>, Conv<8, 3>, ReLU, MaxPool<2, Stride<2>>, Conv<8, 3>, ReLU, GlobalAvgPool, Linear<4>> {};

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN();

bool sound(std::span<const float> values) {
    return std::ranges::all_of(values, [](const float& value) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, &value, sizeof(bits));
        return (bits & 0x7f800000U) != 0x7f800000U;
    });
}

TrainingOptions options_with(double rate) {
    return {.iterations = 200, .batch = 10, .seed = 3, .schedule = {.rate = rate}};
}

/// Trains until the run ends or is given up.
template <class Net>
std::string fate_of(Trainer<Net>& trainer) {
    return text_of<TrainingDiverged>([&] {
        while (!trainer.finished()) trainer.step();
    });
}

/// What becomes of a run at a rate with which it cannot but diverge.
template <class Net>
void check_divergence() {
    const LabelledImages images = pictures(40);
    for (const double rate : {1e3, 1e10, 1e20, 1e38}) {
        INFO("rate " << rate);
        AugmentedImages source = source_of(images);
        Trainer<Net> trainer(source, options_with(rate));
        const std::string fate = fate_of(trainer);
        // Large weights need not be infinite ones: what must not be is a run that goes on with others.
        if (fate == "nothing thrown") CHECK(sound(trainer.weights().all()));
        if (rate >= 1e20) CHECK(fate.find("expected a finite ") != std::string::npos);
    }
}

template <class Net>
void check_broken_weights() {
    const LabelledImages images = pictures(40);
    for (const Parameter& parameter : parameters<Net>)
        for (const float value : {infinity, not_a_number}) {
            INFO(parameter_name<Net>(parameter));
            AugmentedImages source = source_of(images);
            Trainer<Net> trainer(source, options_with(0.01));
            TrainingState<Net> state = trainer.state();
            state.weights.span(parameter).back() = value;
            trainer.restore(std::move(state));
            CHECK(text_of<TrainingDiverged>([&] { trainer.step(); }).find("expected a finite ") != std::string::npos);
        }
}

}  // namespace

TEST_CASE("fast-math: a training run that diverges is seen") {
    check_divergence<SmallNet>();
    check_divergence<Plain>();
}

TEST_CASE("fast-math: weights that are not finite are seen in the first step") {
    check_broken_weights<SmallNet>();
    check_broken_weights<Plain>();
}

TEST_CASE("fast-math: images that are not finite are named, in training and in evaluation") {
    class Source final : public ImageSource {
      public:
        std::size_t size() const override { return 1; }
        Chw shape() const override { return {3, 8, 8}; }
        int classes() const override { return 4; }
        Label fill(std::size_t, std::uint64_t, std::uint64_t, std::span<float> dst) override {
            std::ranges::fill(dst, 0.5f);
            dst[77] = not_a_number;
            return 0;
        }
        std::string augmentation_text() const override { return "none"; }
    } source;
    const std::string expected = "images: record 0: expected finite values, found nan in channel 1, row 1, column 5";
    Trainer<SmallNet> trainer(source, options_with(0.01));
    CHECK(text_of<std::invalid_argument>([&] { trainer.step(); }) == expected);
    Workspace<SmallNet, Inference> workspace(1);
    const Model<SmallNet> model(trainer.weights());
    CHECK(text_of<std::invalid_argument>([&] { evaluate(model, source, workspace); }) == expected);
}

TEST_CASE("fast-math: outputs that are not finite are no class and no error rate") {
    const std::vector<float> outputs{1.0f, not_a_number, 2.0f, infinity};
    const std::vector<Label> labels{0};
    std::vector<float> gradient(4);
    CHECK_THROWS_AS(best_class(outputs), OutputsNotFinite);
    CHECK_THROWS_AS(softmax_cross_entropy(outputs, labels, gradient), OutputsNotFinite);
    CHECK_THROWS_AS(mean_softmax(outputs, 4), OutputsNotFinite);
    CHECK_THROWS_AS(best_classes(std::vector<double>{0.5, double{not_a_number}}, 1), OutputsNotFinite);

    const LabelledImages images = pictures(10);
    Weights<SmallNet> weights = he_initialised<SmallNet>(1);
    std::ranges::fill(weights.span(parameter_named<SmallNet, "fc.bias">), not_a_number);
    Workspace<SmallNet, Inference> workspace(4);
    CHECK(text_of<OutputsNotFinite>([&] {
              evaluate(Model<SmallNet>(weights), images, picture_normalisation(), workspace);
          }).find("found others for 10 of 10 images, first for record 0: output 0 is nan") != std::string::npos);
}

TEST_CASE("fast-math: weights that are not finite are named when they are loaded") {
    const TemporaryFolder folder;
    const auto path = folder / "w.safetensors";
    for (const float value : {infinity, not_a_number}) {
        Weights<SmallNet> weights;
        weights.span(parameter_named<SmallNet, "layer1.0.conv2.weight">)[100] = value;
        write_safetensors(path, detail::tensors_of(weights));
        const std::string expected = path.string() + ": layer1.0.conv2.weight[100]: expected a finite number, found ";
        CHECK(text_of<FileError>([&] { load_safetensors<SmallNet>(path); }).starts_with(expected));
        CHECK(text_of<FileError>([&] { load_model<SmallNet>(path); }).starts_with(expected));
        CHECK(text_of<FileError>([&] { save_safetensors(path, weights); }).starts_with(expected));
    }
}

TEST_CASE("fast-math: means, deviations and rates that are no numbers are refused") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    CHECK_THROWS_AS(Normalisation::per_channel(std::array{nan}, std::array{1.0}), std::invalid_argument);
    CHECK_THROWS_AS(Normalisation::per_channel(std::array{0.0}, std::array{nan}), std::invalid_argument);
    CHECK_THROWS_AS(Normalisation::from_text("channels nan/1"), std::invalid_argument);
    const LabelledImages images = pictures(10);
    AugmentedImages source = source_of(images);
    CHECK(text_of<std::invalid_argument>([&] { Trainer<SmallNet> trainer(source, options_with(nan)); }) ==
          "schedule: rate: expected a finite number of at least 0, got nan");
}
