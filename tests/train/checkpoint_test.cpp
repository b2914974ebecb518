#include <limits>
#include <support/catch.hpp>
#include <support/files.hpp>

#include "pictures.hpp"
#include <residua/io/model.hpp>
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
    options.iterations = 4;
    CHECK(refused(options) == path.string() + ": iterations: expected at most 4, found 5 done");
    CHECK(refused(options_for_test(), std::nullopt).find("not augmented, found") != std::string::npos);
    options = options_for_test();
    options.schedule.milestones = {14, 21};
    differ(refused(options), " 14 21", " 14 20");
    options = options_for_test();
    options.schedule.rate = 0.06;
    differ(refused(options), "0.06", "0.05");

    save_safetensors(path, written.weights());
    CHECK(refused(options_for_test()) ==
          path.string() + ": content: expected a checkpoint of a training run, found weights alone");
    put(path, "no checkpoint");
    CHECK(refused(options_for_test()).find(path.string() + ": ") == 0);
    const std::string none = (folder / "none").string();
    CHECK(text_of<FileError>([&] { load_checkpoint(none, written); }).find(none + ": ") == 0);
    CHECK(text_of<FileError>([&] { save_checkpoint(none + "/x", written); }).find(none + "/x: ") == 0);
}

TEST_CASE("checkpoint: weights or momentum that are not finite are neither written nor read") {
    const LabelledImages images = pictures(40);
    const TemporaryFolder folder;
    const auto path = folder / "run.safetensors";
    AugmentedImages source = source_of(images);
    SmallTrainer trainer(source, options_for_test());
    run(trainer, 2);
    save_checkpoint(path, trainer);
    const std::string good = content_of(path);
    const SafetensorsFile file(path);
    const auto check = [&](const std::string& tensor, const std::string& expected, const auto& spoil) {
        // A file that somebody else has written.
        std::vector<TensorToWrite> tensors;
        std::vector<float> spoilt;
        for (const TensorEntry& entry : file.tensors()) {
            tensors.push_back({entry.name, entry.dtype, entry.shape, entry.bytes});
            if (entry.name != tensor) continue;
            spoilt.resize(entry.size());
            file.read_floats(entry, spoilt);
            spoilt[1] = spoil;
            tensors.back().bytes = std::as_bytes(std::span(spoilt));
        }
        Metadata metadata = file.metadata();
        metadata["checksum"] = detail::checksum_of(tensors);
        const auto other = folder / "other.safetensors";
        write_safetensors(other, tensors, metadata);
        AugmentedImages second_source = source_of(images);
        SmallTrainer second(second_source, options_for_test());
        CHECK(text_of<FileError>([&] { load_checkpoint(other, second); }) ==
              other.string() + ": " + tensor + "[1]: expected " + expected);
        CHECK(second.state().iteration == 0);
    };
    constexpr float infinity = std::numeric_limits<float>::infinity();
    check("layer1.0.conv1.weight", "a finite number, found inf", infinity);
    check("momentum.layer1.0.conv1.weight", "a finite number, found -inf", -infinity);
    check("bn1.running_var", "a variance of at least 0, found -2", -2.0f);

    TrainingState<SmallNet> state = trainer.state();
    state.velocity.all()[3] = infinity;
    trainer.restore(std::move(state));
    CHECK(text_of<FileError>([&] { save_checkpoint(path, trainer); }) ==
          path.string() + ": momentum.conv1.weight[3]: expected a finite number, found inf");
    state = trainer.state();
    state.velocity = {};
    state.weights.all()[4] = infinity;
    trainer.restore(std::move(state));
    CHECK(text_of<FileError>([&] { save_checkpoint(path, trainer); }) ==
          path.string() + ": conv1.weight[4]: expected a finite number, found inf");
    CHECK((content_of(path) == good));
}

TEST_CASE("checkpoint: holds the weights, momentum of what is trained, and the run's state, as the documents say") {
    const LabelledImages images = pictures(40);
    const TemporaryFolder folder;
    const auto path = folder / "run.safetensors";
    AugmentedImages source = source_of(images);
    SmallTrainer trainer(source, options_for_test());
    run(trainer, 5);
    save_checkpoint(path, trainer);
    std::vector<std::string> expected{"trainer.state", "trainer.history"};
    for (const Parameter& parameter : parameters<SmallNet>) {
        expected.push_back(parameter_name<SmallNet>(parameter));
        if (parameter.trained()) expected.push_back("momentum." + parameter_name<SmallNet>(parameter));
    }
    const SafetensorsFile file(path);
    std::vector<std::string> found;
    for (const TensorEntry& entry : file.tensors()) found.push_back(entry.name);
    std::ranges::sort(expected);
    std::ranges::sort(found);
    CHECK(found == expected);
    std::vector<double> state(10);
    file.read_exactly(file.at("trainer.state"), std::span(state));
    CHECK(state[0] == 1);  // the version: runs of before go on
    CHECK(state[1] == 5);
}

TEST_CASE("checkpoint: whether the last batch is dropped is an option that runs share, and by default not mentioned") {
    const LabelledImages images = pictures(40);
    const TemporaryFolder folder;
    const auto path = folder / "run.safetensors";
    TrainingOptions options = options_for_test();
    AugmentedImages source = source_of(images);
    SmallTrainer trainer(source, options);
    save_checkpoint(path, trainer);
    CHECK(SafetensorsFile(path).metadata().at("options").find("batch 12, seed 3, rate 0.05") == 0);
    options.drop_last = true;
    AugmentedImages second_source = source_of(images);
    SmallTrainer second(second_source, options);
    CHECK(text_of<FileError>([&] { load_checkpoint(path, second); }).find("batch 12, last one dropped, seed 3") !=
          std::string::npos);
    run(second, 7);
    save_checkpoint(path, second);
    AugmentedImages third_source = source_of(images);
    SmallTrainer third(third_source, options);
    load_checkpoint(path, third);
    run(second, 30);
    run(third, 30);
    check_same(third.state(), second.state());
    CHECK(third.state().history.size() == 10);
}

TEST_CASE("checkpoint: a finished run goes on as if it had been longer, with the bits of a longer one") {
    const LabelledImages images = pictures(40);
    const auto at = GENERATE(8, 10);  // at the end of an epoch and within one
    const TemporaryFolder folder;
    TrainingOptions options = options_for_test();
    options.schedule.plateau.reset();  // which would count the epoch that is ended twice
    options.iterations = 14;
    AugmentedImages source = source_of(images);
    SmallTrainer longer(source, options);
    run(longer, 14);

    options.iterations = at;
    AugmentedImages second_source = source_of(images);
    SmallTrainer shorter(second_source, options);
    run(shorter, at);
    CHECK(shorter.finished());
    save_checkpoint(folder / "run.checkpoint", shorter);
    options.iterations = 14;
    AugmentedImages third_source = source_of(images);
    SmallTrainer gone_on(third_source, options);
    load_checkpoint(folder / "run.checkpoint", gone_on);
    CHECK_FALSE(gone_on.finished());
    run(gone_on, 14);
    CHECK(same(gone_on.weights().all(), longer.weights().all()));
    CHECK(same(gone_on.state().velocity.all(), longer.state().velocity.all()));
    const History& history = gone_on.state().history;
    CHECK(history.size() == (at == 8 ? 4 : 5));
    CHECK(history.back().epoch == 4);
    CHECK(history[2].epoch == 3);
    CHECK(history[2].iteration == (at == 8 ? 12 : 10));
}

TEST_CASE("checkpoint: its weights can be used like those of a weight file, if they are whole") {
    const LabelledImages images = pictures(40);
    const TemporaryFolder folder;
    const auto path = folder / "run.checkpoint";
    AugmentedImages source = source_of(images);
    SmallTrainer trainer(source, options_for_test());
    run(trainer, 5);
    save_checkpoint(path, trainer, {{"classes", "ant"}});
    CHECK(same(load_safetensors<SmallNet>(path).all(), trainer.weights().all()));
    CHECK(same(load_safetensors<SmallNet>(SafetensorsFile(path)).all(), trainer.weights().all()));
    const std::vector<float> inputs(static_cast<std::size_t>(input_shape<SmallNet>.count()), 0.5f);
    Workspace<SmallNet, Inference> workspace(1);
    const auto outputs = load_model<SmallNet>(path).predict(inputs, 1, workspace);
    const std::vector<float> found(outputs.begin(), outputs.end());
    CHECK(std::ranges::equal(found, Model<SmallNet>(trainer.weights()).predict(inputs, 1, workspace)));

    std::string content = content_of(path);
    content[content.size() - 1000] = static_cast<char>(content[content.size() - 1000] ^ 1);
    put(path, content);
    for (const std::string& text : {text_of<FileError>([&] { load_safetensors<SmallNet>(path); }),
                                    text_of<FileError>([&] { load_model<SmallNet>(path); })})
        CHECK(text.starts_with(path.string() + ": checksum: expected "));
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
