#include <support/catch.hpp>
#include <support/files.hpp>

#include "pictures.hpp"
#include <residua/train/checkpoint.hpp>

using namespace residua;

namespace {

TrainingOptions options_for_test() {
    return {
        .iterations = 30,
        .batch = 12,
        .seed = 3,
        .schedule = {.rate = 0.05, .milestones = {14, 20}, .warm_up = WarmUp{0.01, 0.7}, .plateau = Plateau{2, 0.01}}};
}

using SmallTrainer = Trainer<SmallNet>;

void run(SmallTrainer& trainer, std::int64_t until) {
    while (trainer.state().iteration < until) {
        const Progress progress = trainer.step();
        if (progress.epoch_ends) trainer.end_epoch(progress.rate, -1, -1);
    }
}

bool same(std::span<const float> a, std::span<const float> b) { return std::ranges::equal(a, b); }

void check_same(const TrainingState<SmallNet>& found, const TrainingState<SmallNet>& expected) {
    CHECK(same(found.weights.all(), expected.weights.all()));
    CHECK(same(found.velocity.trained(), expected.velocity.trained()));
    CHECK(found.iteration == expected.iteration);
    CHECK(found.schedule == expected.schedule);
    CHECK(found.epoch_loss == expected.epoch_loss);
    CHECK(found.epoch_wrong == expected.epoch_wrong);
    CHECK(found.epoch_images == expected.epoch_images);
    CHECK(found.history == expected.history);
}

}  // namespace

TEST_CASE("checkpoint: a second trainer goes on with the same bits, from within an epoch and from its end") {
    const LabelledImages images = pictures(40);
    const auto at = GENERATE(0, 6, 12);
    const auto accumulate = GENERATE(1, 3);
    TrainingOptions options = options_for_test();
    options.batch /= accumulate;
    options.accumulate = accumulate;
    AugmentedImages source = source_of(images);
    SmallTrainer first(source, options);
    run(first, at);
    const TemporaryFolder folder;
    save_checkpoint(folder / "run.safetensors", first, {{"net", "small"}});
    CHECK(folder.file_count() == 1);
    options.threads = 2;  // decides nothing
    AugmentedImages second_source = source_of(images);
    SmallTrainer second(second_source, options);
    run(second, 3);
    load_checkpoint(folder / "run.safetensors", second);
    check_same(second.state(), first.state());
    run(first, 30);
    run(second, 30);
    check_same(second.state(), first.state());
    CHECK(second.state().history.size() == 8);
    CHECK(SafetensorsFile(folder / "run.safetensors").metadata().at("net") == "small");
}

TEST_CASE("checkpoint: refused for other options and other files, the trainer stays") {
    const LabelledImages images = pictures(40);
    const TemporaryFolder folder;
    const auto path = folder / "run.safetensors";
    AugmentedImages source = source_of(images);
    SmallTrainer written(source, options_for_test());
    run(written, 5);
    save_checkpoint(path, written);
    const auto refused = [&](TrainingOptions options,
                             std::optional<Augmentation> augmentation = Augmentation{2, true}) {
        AugmentedImages other(images, picture_normalisation(), augmentation);
        SmallTrainer trainer(other, std::move(options));
        run(trainer, 2);
        const auto before = trainer.state().weights;
        const std::string text = text_of<FileError>([&] { load_checkpoint(path, trainer); });
        CHECK(trainer.state().iteration == 2);
        CHECK(same(trainer.weights().all(), before.all()));
        run(trainer, 3);
        return text;
    };
    /// The text names both sides, and in them what differs.
    const auto differ = [&](const std::string& text, const std::string& expected, const std::string& found) {
        INFO(text);
        CHECK(text.find(path.string() + ": options: expected ") == 0);
        const std::size_t middle = text.find(", found ");
        REQUIRE(middle != text.npos);
        CHECK(text.find(expected) < middle);
        CHECK(text.find(found, middle) != text.npos);
        CHECK(text.find(found) > middle);
    };
    TrainingOptions options = options_for_test();
    options.seed = 4;
    differ(refused(options), "seed 4", "seed 3");
    options = options_for_test();
    options.batch = 13;
    differ(refused(options), "batch 13", "batch 12");
    options = options_for_test();
    options.accumulate = 2;
    CHECK(refused(options).find("batch 12 x 2, seed") != std::string::npos);
    options = options_for_test();
    options.iterations = 31;
    differ(refused(options), "iterations 31", "iterations 30");
    CHECK(refused(options_for_test(), std::nullopt).find("not augmented, found") != std::string::npos);
    options = options_for_test();
    options.schedule.milestones = {14, 21};
    differ(refused(options), " 14 21", " 14 20");
    options = options_for_test();
    options.schedule.rate = 0.06;
    differ(refused(options), "0.06", "0.05");

    save_safetensors(path, written.weights());
    CHECK(refused(options_for_test()) ==
          path.string() + ": options: expected a checkpoint of a training run, found none");
    put(path, "no checkpoint");
    CHECK(refused(options_for_test()).find(path.string() + ": ") == 0);
    const std::string none = (folder / "none").string();
    CHECK(text_of<FileError>([&] { load_checkpoint(none, written); }).find(none + ": ") == 0);
    CHECK(text_of<FileError>([&] { save_checkpoint(none + "/x", written); }).find(none + "/x: ") == 0);
}

TEST_CASE("checkpoint: a changed byte is noticed") {
    const LabelledImages images = pictures(40);
    const TemporaryFolder folder;
    const auto path = folder / "run.safetensors";
    AugmentedImages source = source_of(images);
    SmallTrainer trainer(source, options_for_test());
    run(trainer, 5);
    save_checkpoint(path, trainer);
    std::string content = content_of(path);
    content[content.size() - 1000] = static_cast<char>(content[content.size() - 1000] ^ 1);
    put(path, content);
    CHECK(text_of<FileError>([&] { load_checkpoint(path, trainer); }).find(": checksum: expected ") !=
          std::string::npos);
    put(path, content.substr(0, content.size() - 1));
    CHECK(text_of<FileError>([&] { load_checkpoint(path, trainer); }).find(path.string() + ": ") == 0);
}
