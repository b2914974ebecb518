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
    CHECK(same(found.velocity.all(), expected.velocity.all()));
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
    TrainingOptions options = options_for_test();
    options.seed = 4;
    const std::string text = refused(options);
    CHECK(text.find(path.string() + ": options: expected ") == 0);
    CHECK(text.find("seed 4") < text.find(", found "));
    CHECK(text.find("seed 3") > text.find(", found "));
    options = options_for_test();
    options.batch = 13;
    CHECK(refused(options) != "nothing thrown");
    options = options_for_test();
    options.accumulate = 2;
    CHECK(refused(options).find("batch 12 x 2, seed") != std::string::npos);
    options = options_for_test();
    options.iterations = 31;
    CHECK(refused(options) != "nothing thrown");
    CHECK(refused(options_for_test(), std::nullopt).find("not augmented, found") != std::string::npos);
    options = options_for_test();
    options.schedule.milestones = {14, 21};
    CHECK(refused(options) != "nothing thrown");
    options = options_for_test();
    options.schedule.rate = 0.06;
    CHECK(refused(options) != "nothing thrown");

    save_safetensors(path, written.weights());
    CHECK(refused(options_for_test()) ==
          path.string() + ": options: expected a checkpoint of a training run, found none");
    put(path, "no checkpoint");
    CHECK(refused(options_for_test()) != "nothing thrown");
    CHECK(text_of<FileError>([&] { load_checkpoint(folder / "none", written); }) != "nothing thrown");
    CHECK(text_of<FileError>([&] { save_checkpoint(folder / "none" / "x", written); }) != "nothing thrown");
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
    CHECK(text_of<FileError>([&] { load_checkpoint(path, trainer); }) != "nothing thrown");
}
