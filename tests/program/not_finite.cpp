// Numbers that are not finite become an error, never a class or an error rate.

#include <algorithm>
#include <limits>
#include <support/catch.hpp>

#include "changed_weights.hpp"
#include "program.hpp"

namespace {

using Arguments = ProgramRun::Arguments;

const Arguments training{"train", "--net", "resnet20", "--data", "builtin", "--iterations", "1", "--batch", "4"};
const Arguments evaluation{"evaluate", "--net", "resnet20",      "--data", "builtin",  "--weights", "w",
                           "--count",  "100",   "--predictions", "p.npy",  "--logits", "l.npy"};

/// Weights as a short run leaves them, computed once.
const std::string& good_weights() {
    static const std::string content = [] {
        const TemporaryFolder folder;
        REQUIRE(run_program(folder.path(), training + Arguments{"--save", "w"}).code == 0);
        return content_of(folder / "w");
    }();
    REQUIRE_FALSE(content.empty());
    return content;
}

/// With such weights the program says why it does not go on, in one line, and leaves no file but its own two.
void check_refused(const std::string& weights, const Arguments& arguments, const std::string& expected) {
    const TemporaryFolder folder;
    put(folder / "w", weights);
    const Outcome outcome = run_program(folder.path(), arguments);
    INFO(outcome.err);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(std::ranges::count(outcome.err, '\n') == 1);
    CHECK(outcome.err.find(expected) != std::string::npos);
    CHECK(folder.file_count() == 3);
}

constexpr float infinity = std::numeric_limits<float>::infinity();
constexpr float large = 3e38f;  // finite, but what is computed with it is not

}  // namespace

TEST_CASE("program: weights that are not finite and variances below zero are named") {
    const std::string& good = good_weights();
    const Arguments gradients{"gradients", "--net", "resnet20", "--data",  "builtin", "--weights",
                              "w",         "--out", "g",        "--count", "4"};
    for (const Arguments& command : {evaluation, gradients}) {
        check_refused(with_values(good, "layer2.0.conv1.weight", -infinity, 1), command,
                      "w: layer2.0.conv1.weight[0]: expected a finite number, found -inf");
        check_refused(with_values(good, "linear.bias", std::numeric_limits<float>::quiet_NaN()), command,
                      "w: linear.bias[0]: expected a finite number, found nan");
        check_refused(with_values(good, "bn1.running_var", -0.25f), command,
                      "w: bn1.running_var[0]: expected a variance of at least 0, found -0.25");
    }
}

TEST_CASE("program: outputs that are not finite are counted, the first image is named, and there is no error rate") {
    const std::string weights = with_values(good_weights(), "linear.weight", large);
    const std::string counted =
        "outputs: expected finite numbers, found others for 100 of 100 images, first for record 0";
    check_refused(weights, evaluation, counted + ": output 0 is inf");
    check_refused(weights, evaluation + Arguments{"--first", "1000"}, "; records are counted from --first 1000 on");
}

TEST_CASE("program: a training step whose numbers are not finite is not written") {
    const Arguments gradients{"gradients", "--net", "resnet20", "--data",  "builtin", "--weights",
                              "w",         "--out", "g",        "--count", "4"};
    check_refused(with_values(good_weights(), "linear.weight", large), gradients,
                  "outputs: expected finite numbers, found others for 4 of 4 images, first for image 0");
    // Outputs of zero, but slopes that are too large.
    std::string weights = with_values(good_weights(), "layer3.2.bn2.bias", 0.0f);
    weights = with_values(weights, "linear.bias", large, 5);
    weights = with_values(weights, "linear.weight", large, 1);
    weights = with_values(weights, "bn1.weight", 1e30f, 1);
    const TemporaryFolder folder;
    put(folder / "w", weights);
    CHECK(run_program(folder.path(), gradients).code == 2);
    CHECK_FALSE(std::filesystem::exists(folder / "g"));
}

TEST_CASE("program: a run whose last step leaves no sound network ends with an error, and saves nothing") {
    for (const Arguments& options : {Arguments{}, Arguments{"--split", "9990"}}) {
        const TemporaryFolder folder;
        const Outcome outcome = run_program(
            folder.path(),
            training + Arguments{"--lr", "1e30", "--save", "w", "--log", "l", "--checkpoint", "c"} + options);
        INFO(outcome.err);
        CHECK(outcome.code == 1);
        CHECK(std::ranges::count(outcome.err, '\n') == 1);
        CHECK(outcome.err.starts_with("cifar10: training: iteration 2: expected a finite "));
        CHECK(outcome.err.find("the learning rate may be too high") != std::string::npos);
        CHECK(folder.file_count() == 2);
    }
}
