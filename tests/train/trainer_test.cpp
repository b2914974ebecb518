#include <limits>
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

TEST_CASE("trainer: a loss that is no number stops it, and the weights stay") {
    const LabelledImages images = pictures(40);
    AugmentedImages source = source_of(images);
    Trainer<SmallNet> trainer(source, options_for(1));
    trainer.step();
    TrainingState<SmallNet> state = trainer.state();
    state.weights.trained()[0] = std::numeric_limits<float>::infinity();
    const std::vector<float> weights = copy(state.weights.all());
    trainer.restore(std::move(state));
    const std::string text = text_of<TrainingDiverged>([&] { trainer.step(); });
    CHECK(text.find("training: iteration 2: expected a finite loss, found ") == 0);
    CHECK(copy(trainer.weights().all()) == weights);  // the running statistics, too
    CHECK(trainer.state().iteration == 1);
}

TEST_CASE("trainer: a gradient that is no number stops it though the loss is one, and the weights stay") {
    struct Steep : Network<Input<3, 8, 8>, Conv<8, 3, Bias>, ReLU, Conv<8, 3>, ReLU, GlobalAvgPool, Linear<4>> {};
    const LabelledImages images = pictures(40);
    AugmentedImages source = source_of(images);
    Trainer<Steep> trainer(source, options_for(1));
    TrainingState<Steep> state = trainer.state();
    const auto set = [&]<FixedString name>(float value) {
        std::ranges::fill(state.weights.span(parameter_named<Steep, name>), value);
    };
    set.operator()<"conv1.weight">(0.0f);
    set.operator()<"conv1.bias">(2e-38f);
    set.operator()<"conv2.weight">(3e38f);
    const auto last = state.weights.span(parameter_named<Steep, "fc.weight">);
    for (std::size_t i = 0; i < last.size(); ++i) last[i] = i / 8 % 2 == 0 ? 1.0f : -1.0f;
    const std::vector<float> weights = copy(state.weights.all());
    trainer.restore(std::move(state));
    const std::string text = text_of<TrainingDiverged>([&] { trainer.step(); });
    CHECK(text.find("training: iteration 1: expected a finite gradient, found ") == 0);
    CHECK(copy(trainer.weights().all()) == weights);
    CHECK(trainer.state().iteration == 0);
}

TEST_CASE("trainer: gradients that are no numbers are seen") {
    std::vector<float> gradients(100, 1e38f);
    CHECK(detail::not_finite(gradients) == 0.0f);
    gradients[57] = std::numeric_limits<float>::infinity();
    CHECK(std::isnan(detail::not_finite(gradients)));
    gradients[57] = std::numeric_limits<float>::quiet_NaN();
    CHECK(std::isnan(detail::not_finite(gradients)));
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

    images = pictures(10);
    images.labels[7] = 4;
    AugmentedImages source = source_of(images);
    Trainer<SmallNet> trainer(source, good);
    CHECK(complaint([&] { trainer.step(); }) == "images: label of record 7: expected 0 to 3, found 4");
    Workspace<SmallNet, Inference> workspace(4);
    const Model<SmallNet> model(trainer.weights());
    CHECK(complaint([&] { evaluate(model, images, picture_normalisation(), workspace); }) ==
          "images: label of record 7: expected 0 to 3, found 4");
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
    CHECK(evaluate(model, images.slice(0, 0), picture_normalisation(), all).error() == 0.0);
}
