#include <csignal>
#include <memory>
#include <optional>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "../train/pictures.hpp"
#include <residua/exec/model.hpp>
#include <residua/train/trainer.hpp>

using namespace residua;

namespace {

/// Whether `action` returns true in a fork of this process, within a minute.
template <class Action>
bool holds_in_fork(const Action& action) {
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        bool held = false;
        try {
            held = action();
        } catch (...) {
        }
        _exit(held ? 0 : 1);
    }
    int status = 0;
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::vector<float> predict(const Model<SmallNet>& model, Workspace<SmallNet, Inference>& workspace) {
    const std::vector<float> images(static_cast<std::size_t>(5 * input_shape<SmallNet>.count()), 0.5f);
    const auto outputs = model.predict(images, 5, workspace);
    return {outputs.begin(), outputs.end()};
}

TrainingOptions options_for(int threads) { return {.iterations = 20, .batch = 12, .seed = 3, .threads = threads}; }

std::vector<float> train(int threads) {
    const LabelledImages images = pictures(40);
    AugmentedImages source = source_of(images);
    Trainer<SmallNet> trainer(source, options_for(threads));
    for (int i = 0; i < 3; ++i) trainer.step();
    return {trainer.weights().all().begin(), trainer.weights().all().end()};
}

}  // namespace

TEST_CASE("fork: a child predicts as its parent does, in the parent's workspace and in its own") {
    const Model<SmallNet> model(he_initialised<SmallNet>(1));
    for (const int threads : {1, 2}) {
        INFO(threads << " threads");
        Workspace<SmallNet, Inference> workspace(5, threads);
        const std::vector<float> expected = predict(model, workspace);
        CHECK(holds_in_fork([&] { return predict(model, workspace) == expected; }));
        CHECK(holds_in_fork([&] {
            Workspace<SmallNet, Inference> own(5, threads);
            return predict(model, own) == expected;
        }));
    }
}

TEST_CASE("fork: a child is told that it cannot go on with its parent's trainer, which it can destroy") {
    const LabelledImages images = pictures(40);
    AugmentedImages source = source_of(images);
    std::optional<Trainer<SmallNet>> trainer(std::in_place, source, options_for(2));
    trainer->step();
    CHECK(holds_in_fork([&] {
        const std::string text = text_of<std::logic_error>([&] { trainer->step(); });
        trainer.reset();
        return text.starts_with("loader: expected the process that made it, found a fork of it");
    }));
    CHECK(holds_in_fork([&] { return text_of<std::logic_error>([&] { trainer->restore({}); }) != "nothing thrown"; }));
    CHECK(trainer->step().iteration == 2);
}

TEST_CASE("fork: a child trains with a trainer of its own, to the same bits") {
    for (const int threads : {1, 2}) {
        INFO(threads << " threads");
        const std::vector<float> expected = train(threads);
        CHECK(holds_in_fork([&] { return train(threads) == expected; }));
    }
}
