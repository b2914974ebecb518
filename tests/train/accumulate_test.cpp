#include <support/catch.hpp>
#include <support/files.hpp>
#include <support/more_threads.hpp>

#include "pictures.hpp"
#include <residua/train/trainer.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

/// Without batch statistics.
struct PlainNet : Network<Input<3, 8, 8>, Conv<8, 3>, ReLU, GlobalAvgPool, Linear<4>> {};

/// The same image in every record, so that all batches have the same statistics.
class OneImage final : public ImageSource {
  public:
    std::size_t size() const override { return 40; }
    Chw shape() const override { return {3, 8, 8}; }
    int classes() const override { return 4; }
    Label fill(std::size_t, std::uint64_t, std::uint64_t, std::span<float> dst) override {
        const Random random(1, Stream::picture);
        for (std::size_t i = 0; i < dst.size(); ++i) dst[i] = random.normal(i);
        return 2;
    }
    std::string augmentation_text() const override { return "none"; }
};

TrainingOptions options_for(int batch, int accumulate, int threads = 1) {
    return {.iterations = 7,
            .batch = batch,
            .accumulate = accumulate,
            .seed = 3,
            .threads = threads,
            .schedule = {.rate = 0.05}};
}

/// Losses, wrong ones and sizes of all steps.
struct Outcome {
    std::vector<double> losses;
    std::vector<int> wrong;
    std::vector<int> images;
    std::vector<std::int64_t> epoch_ends;
    std::vector<float> weights;
};

template <class Net>
Outcome run(ImageSource& source, const TrainingOptions& options) {
    Trainer<Net> trainer(source, options);
    Outcome result;
    while (!trainer.finished()) {
        const Progress progress = trainer.step();
        result.losses.push_back(progress.loss.mean);
        result.wrong.push_back(progress.loss.wrong);
        result.images.push_back(progress.loss.images);
        if (progress.epoch_ends) result.epoch_ends.push_back(progress.iteration);
    }
    const auto trained = trainer.weights().trained();
    result.weights.assign(trained.begin(), trained.end());
    return result;
}

void check_close(const Outcome& found, const Outcome& expected) {
    REQUIRE(found.losses.size() == expected.losses.size());
    for (std::size_t i = 0; i < found.losses.size(); ++i)
        CHECK(found.losses[i] == Approx(expected.losses[i]).epsilon(1e-4));
    CHECK(found.wrong == expected.wrong);
    CHECK(found.images == expected.images);
    CHECK(found.epoch_ends == expected.epoch_ends);
    double worst = 0;
    for (std::size_t i = 0; i < found.weights.size(); ++i)
        worst = std::max(worst, double{std::abs(found.weights[i] - expected.weights[i])});
    CHECK(worst < 1e-5);
}

}  // namespace

TEST_CASE("accumulate: without batch statistics small batches add up to the large one") {
    const LabelledImages images = pictures(40);
    AugmentedImages source = source_of(images);
    const Outcome expected = run<PlainNet>(source, options_for(12, 1));
    CHECK(expected.images == std::vector{12, 12, 12, 4, 12, 12, 12});
    CHECK(expected.epoch_ends == std::vector<std::int64_t>{4, 7});
    check_close(run<PlainNet>(source, options_for(4, 3)), expected);
    check_close(run<PlainNet>(source, options_for(3, 4)), expected);  // the last batch of an epoch has one image
    check_close(run<PlainNet>(source, options_for(1, 12)), expected);
}

TEST_CASE("accumulate: batches of the same statistics add up to the large one") {
    OneImage source;
    const Outcome expected = run<SmallNet>(source, options_for(12, 1));
    check_close(run<SmallNet>(source, options_for(4, 3)), expected);
    check_close(run<SmallNet>(source, options_for(6, 2)), expected);
}

TEST_CASE("accumulate: the same bits for any number of threads") {
    const MoreThreads more;
    const LabelledImages images = pictures(40);
    AugmentedImages source = source_of(images);
    const Outcome expected = run<SmallNet>(source, options_for(4, 3));
    CHECK(run<SmallNet>(source, options_for(4, 3, 2)).weights == expected.weights);
    CHECK(run<SmallNet>(source, options_for(4, 3, 3)).losses == expected.losses);
}
