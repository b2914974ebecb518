// Whatever is written goes where the path leads, and leaves what is there what it is.

#include <algorithm>
#include <atomic>
#include <regex>
#include <set>
#include <support/catch.hpp>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <thread>

#include "program.hpp"

namespace {

using Arguments = ProgramRun::Arguments;
using Options = std::set<std::string>;

/// Options that take a text and write no file.
const Options no_outputs{"--net", "--data",     "--weights",  "--normalise", "--set",    "--names",
                         "--lr",  "--validate", "--ensemble", "--protocol",  "--upright"};
/// The others.
const Options outputs{"--checkpoint", "--log", "--plot",          "--save",        "--predictions",
                      "--logits",     "--out", "--probabilities", "--crop-logits", "--crops"};

const Arguments training{"train",        "--net", "resnet20", "--data", "builtin",
                         "--iterations", "2",     "--batch",  "4",      "--no-augment"};
const Arguments evaluation{"evaluate", "--net", "resnet20", "--data", "builtin", "--count", "3", "--weights"};
const Arguments gradients{"gradients", "--net", "resnet20", "--data", "builtin", "--count", "2", "--weights"};

const Arguments training_outputs{"--checkpoint", "--log", "--plot", "--save"};
const Arguments evaluation_outputs{"--predictions", "--logits"};

/// Lets go on who still waits for the other end of a pipe to be opened.
void end_waiting_at(const std::filesystem::path& pipe) { ::close(::open(pipe.c_str(), O_RDWR | O_NONBLOCK)); }

/// Weights that a checkpoint holds, made once.
const std::filesystem::path& trained() {
    static const TemporaryFolder folder;
    static const std::filesystem::path checkpoint = [] {
        const Outcome outcome = run_program(folder.path(), training + Arguments{"--checkpoint", "run.checkpoint"});
        INFO(outcome.err);
        REQUIRE(outcome.code == 0);
        return folder / "run.checkpoint";
    }();
    return checkpoint;
}

/// Runs a program with a file for each output, `prefix` and the option's name.
Outcome run_with(const TemporaryFolder& folder, Arguments arguments, const Arguments& options,
                 const std::string& prefix) {
    for (const std::string& option : options) arguments = arguments + Arguments{option, prefix + option};
    return run_program(folder.path(), arguments);
}

/// Links to files in another folder: one is there, with a mode of its own, the next is not, and so on.
void check_links(const Arguments& arguments, const Arguments& options) {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder / "far");
    const auto is_new = [&](const std::string& option) { return option == "--checkpoint" || option == "--logits"; };
    for (const std::string& option : options) {
        std::filesystem::create_symlink("far/" + option, folder / ("link" + option));
        if (is_new(option)) continue;
        put(folder / ("far/" + option), "old");
        std::filesystem::permissions(folder / ("far/" + option), std::filesystem::perms(0600));
    }
    const Outcome outcome = run_with(folder, arguments, options, "link");
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    for (const std::string& option : options) {
        CAPTURE(option);
        CHECK(std::filesystem::is_symlink(folder / ("link" + option)));
        CHECK(content_of(folder / ("far/" + option)).size() > 3);
        if (!is_new(option))
            CHECK(std::filesystem::status(folder / ("far/" + option)).permissions() == std::filesystem::perms(0600));
    }
    const auto far = std::filesystem::directory_iterator(folder / "far");
    CHECK(std::distance(begin(far), end(far)) == static_cast<std::ptrdiff_t>(options.size()));
}

/// Nodes like /dev/null, made for the test.
void check_devices(const Arguments& arguments, const Arguments& options) {
    const TemporaryFolder folder;
    for (const std::string& option : options) {
        const auto node = folder / ("node" + option);
        if (::mknod(node.c_str(), S_IFCHR | 0600, ::makedev(1, 3)) != 0 || !std::ofstream(node)) {
            WARN("skipped: no device node can be made and opened here");
            return;
        }
    }
    const Outcome outcome = run_with(folder, arguments, options, "node");
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    for (const std::string& option : options) CHECK(std::filesystem::is_character_file(folder / ("node" + option)));
    CHECK(folder.file_count() == static_cast<std::ptrdiff_t>(options.size()) + 2);
}

/// What a program writes into pipes is what it writes into files.
void check_pipes(const Arguments& arguments, const Arguments& options) {
    const TemporaryFolder folder;
    REQUIRE(run_with(folder, arguments, options, "file").code == 0);
    std::vector<std::string> read(options.size());
    std::vector<std::thread> readers;
    for (std::size_t i = 0; i < options.size(); ++i) {
        const auto pipe = folder / ("pipe" + options[i]);
        REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
        readers.emplace_back([&read, i, pipe] { read[i] = content_of(pipe); });
    }
    const Outcome outcome = run_with(folder, arguments, options, "pipe");
    for (std::size_t i = 0; i < options.size(); ++i) {
        end_waiting_at(folder / ("pipe" + options[i]));
        readers[i].join();
    }
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    for (std::size_t i = 0; i < options.size(); ++i) {
        CHECK((read[i] == content_of(folder / ("file" + options[i]))));
        CHECK(std::filesystem::is_fifo(folder / ("pipe" + options[i])));
    }
}

}  // namespace

TEST_CASE("program: every option that takes a text is known to write a file or not to") {
    const TemporaryFolder folder;
    Options found;
    const auto add_options = [&](const std::string& program, const std::string& command) {
        const std::string help = ProgramRun(folder.path(), {command, "--help"}, "", program).wait().out;
        const std::regex option("(--[a-z-]+) TEXT");
        for (std::sregex_iterator match(help.begin(), help.end(), option), end; match != end; ++match)
            found.insert((*match)[1]);
    };
    for (const char* command : {"train", "evaluate", "gradients"}) add_options(CIFAR10_PROGRAM, command);
    for (const char* command : {"train", "evaluate", "classify"}) add_options(IMAGENET_PROGRAM, command);
    for (const std::string& option : found) {
        CAPTURE(option);
        CHECK(outputs.count(option) + no_outputs.count(option) == 1);
    }
    for (const std::string& option : outputs) CHECK(found.count(option) == 1);
}

TEST_CASE("program: outputs follow links and keep modes") {
    const std::string weights = trained().string();
    check_links(training, training_outputs);
    check_links(evaluation + Arguments{weights}, evaluation_outputs);
    check_links(gradients + Arguments{weights}, {"--out"});
}

TEST_CASE("program: outputs leave devices what they are") {
    const std::string weights = trained().string();
    check_devices(training, training_outputs);
    check_devices(evaluation + Arguments{weights}, evaluation_outputs);
    check_devices(gradients + Arguments{weights}, {"--out"});
}

TEST_CASE("program: outputs are written to pipes") {
    const std::string weights = trained().string();
    check_pipes(training, {"--save"});
    check_pipes(evaluation + Arguments{weights}, evaluation_outputs);
    check_pipes(gradients + Arguments{weights}, {"--out"});
}

TEST_CASE("program: weights come from a checkpoint and from a pipe") {
    const TemporaryFolder folder;
    const std::string weights = trained().string();
    REQUIRE(run_program(folder.path(), training + Arguments{"--save", "w.safetensors"}).code == 0);
    const Outcome expected = run_program(folder.path(), evaluation + Arguments{"w.safetensors"});
    CHECK(expected.code == 0);
    CHECK(expected.out.starts_with("error "));
    const Outcome from_checkpoint = run_program(folder.path(), evaluation + Arguments{weights});
    INFO(from_checkpoint.err);
    CHECK(from_checkpoint.out == expected.out);

    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    std::thread writer([&] { put(folder / "pipe", content_of(folder / "w.safetensors")); });
    const Outcome from_pipe = run_program(folder.path(), evaluation + Arguments{"pipe"});
    end_waiting_at(folder / "pipe");
    writer.join();
    INFO(from_pipe.err);
    CHECK(from_pipe.out == expected.out);
}
