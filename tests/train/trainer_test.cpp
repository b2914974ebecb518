#include <cmath>
#include <limits>
#include <optional>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <support/more_threads.hpp>

#include "pictures.hpp"
#include <residua/train/evaluate.hpp>
#include <residua/train/trainer.hpp>

using namespace residua;

namespace {

TrainingOptions options_for(int threads) {
    return {.iterations = 20, .batch = 12, .seed = 3, .threads = threads, .schedule = Schedule::paper(20, 0.05)};
}

std::vector<float> run(int threads) {
    const LabelledImages images = pictures(40);
    AugmentedImages source = source_of(images);
    Trainer<SmallNet> trainer(source, options_for(threads));
    std::vector<float> seen;
    while (!trainer.finished()) {
        const Progress progress = trainer.step();
        seen.push_back(static_cast<float>(progress.loss.mean));
        seen.push_back(static_cast<float>(progress.rate));
        if (progress.epoch_ends) trainer.end_epoch(progress.rate, -1, -1);
    }
    for (const auto values : {trainer.weights().all(), trainer.state().velocity.all()})
        seen.insert(seen.end(), values.begin(), values.end());
    return seen;
}

std::vector<float> copy(std::span<const float> values) { return {values.begin(), values.end()}; }

/// One value of record 7 is of another kind, and its label, too, if one is given.
class OddSource final : public ImageSource {
  public:
    OddSource(LabelledImages images, float value, std::optional<Label> label = std::nullopt)
        : images_{std::move(images)}, value_{value}, label_{label} {}

    std::size_t size() const override { return images_.size(); }
    Chw shape() const override { return {3, 8, 8}; }
    int classes() const override { return images_.classes; }
    Label fill(std::size_t record, std::uint64_t, std::uint64_t, std::span<float> dst) override {
        picture_normalisation().apply(images_.image(record), dst);
        if (record == 7) dst[(1 * 8 + 2) * 8 + 5] = value_;
        return record == 7 && label_ ? *label_ : images_.labels[record];
    }
    std::string augmentation_text() const override { return "one odd value"; }

  private:
    LabelledImages images_;
    float value_;
    std::optional<Label> label_;
};

/// BN on a map of one pixel.
struct OnePixel
    : Network<Input<3, 8, 8>, Conv<16, 3, Stride<2>>, BN, ReLU, GlobalAvgPool, Conv<16, 1>, BN, ReLU, Linear<4>> {};

template <class Action>
std::string complaint(const Action& action) {
    return text_of<std::invalid_argument>(action);
}

}  // namespace

TEST_CASE("trainer: a run has the same bits for any number of threads, and every time") {
    const MoreThreads more;
    const std::vector<float> expected = run(1);
    for (const int threads : {1, 2, 3, 5}) {
        INFO(threads << " threads");
        CHECK(run(threads) == expected);
    }
}

TEST_CASE("trainer: epochs, iterations and rates are counted, the smaller last batch included") {
    const LabelledImages images = pictures(40);
    AugmentedImages source = source_of(images);
    Trainer<SmallNet> trainer(source, options_for(1));
    CHECK(trainer.iterations_per_epoch() == 4);
    std::vector<std::int64_t> ends;
    for (int i = 0; i < 20; ++i) {
        CHECK_FALSE(trainer.finished());
        const Progress progress = trainer.step();
        CHECK(progress.iteration == i + 1);
        CHECK(progress.epoch == i / 4 + 1);
        CHECK(progress.loss.images == (i % 4 == 3 ? 4 : 12));
        CHECK(progress.rate == Approx(i < 10 ? 0.05 : i < 15 ? 0.005 : 0.0005).epsilon(1e-14));
        if (progress.epoch_ends) {
            ends.push_back(progress.iteration);
            const EpochRecord record = trainer.end_epoch(progress.rate, 0.25, 0.5);
            CHECK(record.epoch == progress.epoch);
            CHECK(record.held_out_error == 0.25);
            CHECK(record.test_error == 0.5);
            CHECK(record.train_error >= 0);
            CHECK(record.train_error <= 1);
        }
    }
    CHECK(trainer.finished());
    CHECK(ends == std::vector<std::int64_t>{4, 8, 12, 16, 20});
    CHECK(trainer.state().history.size() == 5);
}

TEST_CASE("trainer: an error that is no number does not get into the history") {
    const LabelledImages images = pictures(40);
    AugmentedImages source = source_of(images);
    Trainer<SmallNet> trainer(source, options_for(1));
    trainer.step();
    CHECK(complaint([&] { trainer.end_epoch(0.1, std::nan(""), -1); }) ==
          "error of an epoch: expected a number, got nan");
    CHECK(complaint([&] { trainer.end_epoch(0.1, -1, std::nan("")); }) ==
          "error of an epoch: expected a number, got nan");
    CHECK(trainer.state().history.empty());
}

TEST_CASE("trainer: it learns, and the model agrees") {
    const LabelledImages images = pictures(200);
    TrainingOptions options = options_for(2);
    options.iterations = 60;
    options.batch = 25;
    options.schedule = Schedule::paper(60, 0.05);
    AugmentedImages source(images, picture_normalisation(), std::nullopt);
    Trainer<SmallNet> trainer(source, options);
    const double before = trainer.step().loss.mean;
    double after = before;
    while (!trainer.finished()) after = trainer.step().loss.mean;
    CHECK(after < 0.3 * before);
    Workspace<SmallNet, Inference> workspace(32, 2);
    const Evaluation unseen =
        evaluate(Model<SmallNet>(trainer.weights()), pictures(100, 2), picture_normalisation(), workspace);
    CHECK(unseen.images == 100);
    CHECK(unseen.error() < 0.1);
}

TEST_CASE("trainer: images may have fewer classes than the network has outputs") {
    LabelledImages images = pictures(40);
    images.classes = 3;
    for (Label& label : images.labels) label = static_cast<Label>(label % 3);
    TrainingOptions options = options_for(2);
    options.iterations = 60;
    AugmentedImages source(images, picture_normalisation(), std::nullopt);
    Trainer<SmallNet> trainer(source, options);
    while (!trainer.finished()) trainer.step();
    const Model<SmallNet> model(trainer.weights());
    Workspace<SmallNet, Inference> workspace(40);
    predict_all(model, source, workspace, [](std::size_t, std::span<const float> outputs, std::span<const Label>) {
        for (std::size_t i = 0; i < outputs.size(); i += 4) CHECK(best_class(outputs.subspan(i, 4)) != 3);
    });
}

TEST_CASE("trainer: weights that are no numbers stop it, and stay") {
    const LabelledImages images = pictures(40);
    AugmentedImages source = source_of(images);
    Trainer<SmallNet> trainer(source, options_for(1));
    trainer.step();
    TrainingState<SmallNet> state = trainer.state();
    state.weights.trained()[0] = std::numeric_limits<float>::infinity();
    const std::vector<float> weights = copy(state.weights.all());
    trainer.restore(std::move(state));
    const std::string text = text_of<TrainingDiverged>([&] { trainer.step(); });
    CHECK(
        text ==
        "training: iteration 2: expected a finite weight, found inf for conv1.weight[0]; the learning rate may be too "
        "high");
    CHECK(copy(trainer.weights().all()) == weights);  // the running statistics, too
    CHECK(trainer.state().iteration == 1);
}

TEST_CASE("trainer: weights so large that outputs are no numbers stop it, and the running statistics stay") {
    const LabelledImages images = pictures(40);
    AugmentedImages source = source_of(images);
    Trainer<SmallNet> trainer(source, options_for(1));
    trainer.step();
    TrainingState<SmallNet> state = trainer.state();
    std::ranges::fill(state.weights.span(parameter_named<SmallNet, "conv1.weight">), 3e38f);
    const std::vector<float> weights = copy(state.weights.all());
    trainer.restore(std::move(state));
    CHECK(text_of<TrainingDiverged>([&] { trainer.step(); }) ==
          "training: iteration 2: expected a finite output, found nan; the learning rate may be too high");
    CHECK(copy(trainer.weights().all()) == weights);
}

TEST_CASE("trainer: a gradient that is no number stops it, and is named") {
    struct Linear : Network<Input<3, 8, 8>, Conv<8, 3>, GlobalAvgPool, residua::Linear<4>> {};
    OddSource source(pictures(40), 1e6f);
    TrainingOptions options = options_for(1);
    options.batch = 40;
    Trainer<Linear> trainer(source, options);
    TrainingState<Linear> state;
    const std::span<float> last = state.weights.span(parameter_named<Linear, "fc.weight">);
    for (std::size_t i = 0; i < last.size(); ++i) last[i] = i < 8 ? 3e38f : -3e38f;
    trainer.restore(std::move(state));
    const std::string text = text_of<TrainingDiverged>([&] { trainer.step(); });
    CHECK(text.find("training: iteration 1: expected a finite gradient, found ") == 0);
    CHECK(text.find(" for conv1.weight[") != std::string::npos);
}

TEST_CASE("trainer: images too large for the network are not blamed on the learning rate") {
    const LabelledImages images = pictures(40);
    OddSource source(images, 1e30f);
    TrainingOptions options = options_for(1);
    options.batch = 40;
    Trainer<SmallNet> trainer(source, options);
    const std::string text = text_of<TrainingDiverged>([&] { trainer.step(); });
    CHECK(text.find("training: iteration 1: expected a finite ") == 0);
    CHECK(text.find("images or weights may be too large") != std::string::npos);
    CHECK(text.find("learning rate") == std::string::npos);
}

TEST_CASE("trainer: an image that is not finite is named, and the state stays") {
    const LabelledImages images = pictures(40);
    for (const int accumulate : {1, 3}) {
        INFO("accumulate " << accumulate);
        OddSource source(images, std::numeric_limits<float>::quiet_NaN());
        TrainingOptions options = options_for(1);
        options.batch /= accumulate;
        options.accumulate = accumulate;
        Trainer<SmallNet> trainer(source, options);
        std::vector<float> before;
        const std::string text = complaint([&] {
            while (true) {
                before = copy(trainer.weights().all());
                trainer.step();
            }
        });
        CHECK(text == "images: record 7: expected finite values, found nan in channel 1, row 2, column 5");
        CHECK(copy(trainer.weights().all()) == before);  // the running statistics, too
        CHECK(complaint([&] { trainer.step(); }) == text);
    }
}

TEST_CASE("trainer: after a failed step it goes on with the same batches") {
    const LabelledImages images = pictures(40);
    AugmentedImages one_source = source_of(images);
    AugmentedImages other_source = source_of(images);
    Trainer<SmallNet> one(one_source, options_for(1));
    Trainer<SmallNet> other(other_source, options_for(1));
    TrainingState<SmallNet> broken = other.state();
    broken.weights.trained()[0] = std::numeric_limits<float>::infinity();
    const TrainingState<SmallNet> good = other.state();
    other.restore(std::move(broken));
    for (int i = 0; i < 2; ++i) CHECK_THROWS_AS(other.step(), TrainingDiverged);
    other.restore(good);
    CHECK(one.step().loss.mean == other.step().loss.mean);
    CHECK(copy(one.weights().all()) == copy(other.weights().all()));
}

TEST_CASE("trainer: wrong images and options are named") {
    const auto make = [](const LabelledImages& images, const TrainingOptions& options) {
        const std::vector<double> ones(static_cast<std::size_t>(images.channels), 1.0);
        AugmentedImages source(images, Normalisation::per_channel(ones, ones));
        return complaint([&] { Trainer<SmallNet> trainer(source, options); });
    };
    const TrainingOptions good = options_for(1);
    LabelledImages images = pictures(10);
    images.channels = 1;
    CHECK(make(images, good) == "images: channels: expected 3, got 1");
    images = pictures(10);
    images.height = 16;
    CHECK(make(images, good) == "images: rows: expected 8, got 16");
    images = pictures(10);
    images.width = 4;
    CHECK(make(images, good) == "images: columns: expected 8, got 4");
    images = pictures(10);
    images.classes = 10;
    CHECK(make(images, good) == "images: classes: at most: expected 4, got 10");
    TrainingOptions options = good;
    options.batch = 0;
    CHECK(make(pictures(10), options) == "batch: at least: expected 1, got 0");
    options = good;
    options.accumulate = 0;
    CHECK(make(pictures(10), options) == "accumulate: at least: expected 1, got 0");
    options = good;
    options.threads = 0;
    CHECK(make(pictures(10), options) == "threads: expected at least 1, got 0");
    CHECK(make(pictures(0), good) == "loader: expected at least one image and a batch of at least 1, found 0 and 12");

    options = good;
    options.iterations = -1;
    CHECK(make(pictures(10), options) == "iterations: at least: expected 0, got -1");
    const std::string rate = "schedule: rate: expected a finite number of at least 0, got ";
    for (const auto& [value, text] : {std::pair{std::nan(""), "nan"}, {1e300, "1e+300"}, {-0.5, "-0.5"}}) {
        options = good;
        options.schedule.rate = value;
        CHECK(make(pictures(10), options) == rate + text);
    }
    options = good;
    options.schedule.factor = std::nan("");
    CHECK(make(pictures(10), options) == "schedule: factor: expected a finite number of at least 0, got nan");
    options = good;
    options.schedule.warm_up = WarmUp{.rate = -1.0};
    CHECK(make(pictures(10), options) ==
          "schedule: rate of the warm-up: expected a finite number of at least 0, got -1");

    images = pictures(10);
    images.labels[7] = 4;
    const std::string label = "images: label of record 7: expected 0 to 3, found 4";
    CHECK(complaint([&] { (void)source_of(images); }) == label);
    Workspace<SmallNet, Inference> workspace(4);
    const Model<SmallNet> model(he_initialised<SmallNet>(1));
    CHECK(complaint([&] { evaluate(model, images, picture_normalisation(), workspace); }) == label);
    OddSource source(pictures(10), 0.0f, 4);
    Trainer<SmallNet> trainer(source, good);
    CHECK(complaint([&] { trainer.step(); }) == label);
    CHECK(complaint([&] { evaluate(model, source, workspace); }) == label);
}

TEST_CASE("trainer: a batch too small for BN is refused at the start, with the numbers and the way out") {
    const auto make = [](int count, int batch, bool drop_last) {
        const LabelledImages images = pictures(count);
        AugmentedImages source = source_of(images);
        TrainingOptions options = options_for(1);
        options.batch = batch;
        options.drop_last = drop_last;
        return complaint([&] { Trainer<OnePixel> trainer(source, options); });
    };
    CHECK(make(17, 8, false) ==
          "batch: 17 images in batches of 8: expected at least 2 in each, because BN normalises maps of one pixel, got "
          "one of 1: choose another batch, or drop_last, which leaves out the last one");
    CHECK(make(17, 8, true) == "nothing thrown");
    CHECK(make(16, 8, false) == "nothing thrown");
    CHECK(make(18, 8, false) == "nothing thrown");
    CHECK(make(17, 32, false) == "nothing thrown");
    CHECK(make(1, 8, false).find("got one of 1") != std::string::npos);
    CHECK(make(17, 1, false) ==
          "batch: 17 images in batches of 1: expected at least 2 in each, because BN normalises maps of one pixel, got "
          "one of 1: choose another batch");
    CHECK(make(17, 1, true).find("got one of 1: choose") != std::string::npos);
    CHECK(make(17, 32, true) ==
          "batch: 17 images in batches of 32: expected at least one whole batch, because drop_last leaves out smaller "
          "ones");
    static_assert(smallest_batch<OnePixel> == 2 && smallest_batch<SmallNet> == 1);
    const LabelledImages images = pictures(17);
    AugmentedImages source = source_of(images);
    CHECK(complaint([&] { Trainer<SmallNet> trainer(source, {.batch = 8}); }) == "nothing thrown");
}

TEST_CASE("trainer: with drop_last every batch is whole, and a run over 17 images goes on for epochs") {
    const LabelledImages images = pictures(17);
    for (const int accumulate : {1, 2}) {
        AugmentedImages source = source_of(images);
        TrainingOptions options = options_for(1);
        options.batch = 4;
        options.accumulate = accumulate;
        options.drop_last = true;
        Trainer<OnePixel> trainer(source, options);
        CHECK(trainer.iterations_per_epoch() == 4 / accumulate);
        while (!trainer.finished()) {
            const Progress progress = trainer.step();
            CHECK(progress.loss.images == 4 * accumulate);
            CHECK(progress.epoch_ends == (progress.iteration % trainer.iterations_per_epoch() == 0));
        }
    }
}

TEST_CASE("evaluate: counts what the outputs say, whatever the batch") {
    const LabelledImages images = pictures(37);
    const Model<SmallNet> model(he_initialised<SmallNet>(4));
    Workspace<SmallNet, Inference> all(37);
    int wrong = 0;
    AugmentedImages source(images, picture_normalisation(), std::nullopt);
    predict_all(model, source, all,
                [&](std::size_t first, std::span<const float> outputs, std::span<const Label> labels) {
                    CHECK(first == 0);
                    REQUIRE(outputs.size() == 37 * 4);
                    CHECK(std::ranges::equal(labels, images.labels));
                    for (std::size_t i = 0; i < 37; ++i)
                        wrong += best_class(outputs.subspan(4 * i, 4)) != images.labels[i];
                });
    CHECK(wrong > 0);
    for (const int batch : {1, 5, 36, 64}) {
        Workspace<SmallNet, Inference> workspace(batch, 2);
        const Evaluation found = evaluate(model, images, picture_normalisation(), workspace);
        CHECK(found.wrong == wrong);
        CHECK(found.images == 37);
    }
    CHECK(complaint([&] { evaluate(model, images.slice(0, 0), picture_normalisation(), all); }) ==
          "evaluate: expected at least one image, found none");
}

TEST_CASE("evaluate: images that the network does not take are refused, not counted as wrong") {
    const Model<SmallNet> model(he_initialised<SmallNet>(4));
    Workspace<SmallNet, Inference> workspace(4);
    const auto refusal = [&](const LabelledImages& images) {
        return complaint([&] { evaluate(model, images, picture_normalisation(), workspace); });
    };
    LabelledImages images = pictures(10);
    images.classes = 5;
    CHECK(refusal(images) == "images: classes: at most: expected 4, got 5");
    images = pictures(10);
    images.height = 4;  // as many values
    images.width = 16;
    CHECK(refusal(images) == "images: rows: expected 8, got 4");
}

TEST_CASE("evaluate: outputs that are not finite are counted, the first named, and are no error rate") {
    const LabelledImages images = pictures(10);
    Weights<SmallNet> weights = he_initialised<SmallNet>(4);
    const auto refusal = [&](ImageSource& source) {
        const Model<SmallNet> model(weights);
        Workspace<SmallNet, Inference> workspace(4);
        return text_of<OutputsNotFinite>([&] { evaluate(model, source, workspace); });
    };
    const std::string found = "outputs: expected finite numbers, found others for ";
    AugmentedImages source(images, picture_normalisation(), std::nullopt);
    CHECK(refusal(source) == "nothing thrown");
    OddSource large(images, 3e38f);  // finite, but not what it leads to
    CHECK(refusal(large) == found + "1 of 10 images, first for record 7: output 0 is nan");
    OddSource broken(images, std::numeric_limits<float>::infinity());
    const Model<SmallNet> model(weights);
    Workspace<SmallNet, Inference> workspace(4);
    CHECK(complaint([&] { evaluate(model, broken, workspace); }) ==
          "images: record 7: expected finite values, found inf in channel 1, row 2, column 5");
    weights.span(parameter_named<SmallNet, "bn1.running_var">)[3] = -1.0f;
    CHECK(refusal(source).find(found + "10 of 10 images, first for record 0: output 0 is nan") == 0);
    weights = he_initialised<SmallNet>(4);
    weights.trained()[5] = std::numeric_limits<float>::quiet_NaN();
    CHECK(refusal(source).find(found + "10 of 10 images, first for record 0: output 0 is nan") == 0);
}

TEST_CASE("evaluate: batches whose outputs are not all finite are not visited") {
    OddSource source(pictures(10), 3e38f);
    const Model<SmallNet> model(he_initialised<SmallNet>(4));
    Workspace<SmallNet, Inference> workspace(4);
    std::vector<std::size_t> visited;
    const auto visit = [&](std::size_t first, auto, auto) { visited.push_back(first); };
    CHECK_THROWS_AS(predict_all(model, source, workspace, visit), OutputsNotFinite);
    CHECK(visited == std::vector<std::size_t>{0, 8});
}
