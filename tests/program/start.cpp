// What can be known before the work is said before the work.

#include <algorithm>
#include <cstdint>
#include <support/catch.hpp>

#include "../../examples/support/places.hpp"
#include "../data/encode.hpp"
#include "program.hpp"

namespace {

using Arguments = ProgramRun::Arguments;

/// Many iterations: whoever begins with them does not come back soon.
const Arguments training{"train",  "--net",   "resnet20", "--data",    "builtin", "--iterations",
                         "100000", "--batch", "128",      "--threads", "1"};

/// Refused in one line, before anything is trained or written.
void check_refused(const Outcome& outcome, const std::string& expected) {
    INFO(outcome.err);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(std::ranges::count(outcome.err, '\n') == 1);
    CHECK(outcome.err.find(expected) != std::string::npos);
}

void check_refused(const Arguments& arguments, const std::string& expected, const std::string& path = "") {
    const TemporaryFolder folder;
    std::filesystem::create_directory(folder / "folder");
    check_refused(run_program(folder.path(), arguments, path), expected);
    CHECK(folder.file_count() == 3);  // that folder, two outputs
}

/// Images for the program imagenet.
struct Images {
    TemporaryFolder folder;

    Images() {
        put(folder / "a.png", png_file(8, 8, std::vector<std::uint8_t>(3 * 8 * 8, 100), {}));
        put(folder / "good.csv", "file,label\na.png,7\na.png,8\n");
    }

    Outcome run(const Arguments& arguments) const {
        return ProgramRun(folder.path(), arguments, "", IMAGENET_PROGRAM).wait();
    }
};

}  // namespace

TEST_CASE("program: files that cannot be written are refused at the start") {
    for (const char* option : {"--checkpoint", "--save", "--log", "--plot"}) {
        INFO(option);
        check_refused(training + Arguments{option, "none/file"},
                      "none/file: cannot be written: there is no folder none");
        check_refused(training + Arguments{option, "folder"}, "folder: cannot be written: Is a directory");
        check_refused(training + Arguments{option, "/proc/file"},
                      "/proc/file: cannot be written (no file can be made in its folder): ");
    }
    const Arguments evaluation{"evaluate", "--net", "resnet20", "--data", "builtin", "--weights", "none"};
    for (const char* option : {"--predictions", "--logits"})
        check_refused(evaluation + Arguments{option, "/proc/file"}, "/proc/file: cannot be written");
    check_refused({"gradients", "--net", "resnet20", "--data", "builtin", "--weights", "none", "--out", "/proc/file"},
                  "/proc/file: cannot be written");
}

TEST_CASE("program: two results in one file are refused at the start") {
    check_refused(training + Arguments{"--save", "file", "--checkpoint", "folder/../file"},
                  "--checkpoint and --save name the same file");
    check_refused(training + Arguments{"--log", "file", "--plot", "file"}, "--log and --plot name the same file, file");
    check_refused({"evaluate", "--net", "resnet20", "--data", "builtin", "--weights", "none", "--predictions", "file",
                   "--logits", "./file"},
                  "--predictions and --logits name the same file");
    const TemporaryFolder folder;
    CHECK(run_program(folder.path(), {"train", "--net", "resnet20", "--data", "builtin", "--iterations", "1", "--batch",
                                      "2", "--log", "/dev/null", "--save", "/dev/null"})
              .code == 0);
}

TEST_CASE("program: a full disk is noticed at the start") {
    const TemporaryFolder folder;
    constexpr std::uintmax_t too_much = std::uintmax_t{1} << 62U;
    const std::string text = text_of<residua::FileError>([&] {
        support::check_room({{folder / "c", 1}, {folder / "w", too_much}});
    });
    CHECK(text.starts_with((folder / "w").string() +
                           ": free space: expected at least 4611686018427387905 bytes, found "));
    CHECK(text_of<residua::FileError>([&] {
              support::check_room({{"", too_much}, {folder / "w", 1}});
          }) == "nothing thrown");

    // ResNet-20's weights and momentum take 2.2 MB.
    const std::string mount = "mount -t tmpfs -o size=3m none " + folder.path().string() + " 2>&1 && cd " +
                              folder.path().string() + " && exec ";
    const auto run = [&](const std::string& options) {
        const TemporaryFolder outside;
        std::string command = mount + CIFAR10_PROGRAM;
        for (const std::string& argument : training) command += ' ' + argument;
        return ProgramRun(outside.path(), {"-rm", "sh", "-c", command + options}, "", "/usr/bin/unshare").wait();
    };
    if (std::system("unshare -rm true 2>/dev/null") != 0) {
        WARN("skipped: no file system of one's own can be mounted here");
        return;
    }
    check_refused(run(" --checkpoint c"), "c: free space: expected at least 4");
    check_refused(run(" --save c --checkpoint w"), "free space: expected at least ");
    CHECK(run(" --iterations 1 --save w").code != 0);  // --iterations twice: shows that the program itself is run
}

TEST_CASE("program: without gnuplot a plot is refused at the start") {
    check_refused(training + Arguments{"--plot", "curve.png"},
                  "curve.png: cannot be drawn: gnuplot is not installed (Debian: apt install gnuplot-nox)", "/nowhere");
}

TEST_CASE("program: rates, splits and batches with which no run can end well are refused at the start") {
    check_refused(training + Arguments{"--lr", "nan"}, "--lr: expected a number above 0, found 'nan'");
    check_refused(training + Arguments{"--lr", "1e300"}, "schedule: rate: expected a finite number");
    check_refused(training + Arguments{"--split", "10000"}, "--split: expected fewer than the 10000 training records");
    check_refused({"train", "--net", "resnet20", "--data", "builtin", "--batch", "16384", "--drop-last"},
                  "batch: 10000 images in batches of 16384: expected at least one whole batch, because drop_last");
}

TEST_CASE("program: with --drop-last epochs have whole batches only") {
    const TemporaryFolder folder;
    const Outcome outcome =
        run_program(folder.path(), {"train", "--net", "resnet20", "--data", "builtin", "--split", "20", "--epochs", "2",
                                    "--batch", "8", "--drop-last", "--log", "log.csv"});
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    const std::string log = content_of(folder / "log.csv");
    CHECK(log.find("\n1,2,") != std::string::npos);
    CHECK(log.find("\n2,4,") != std::string::npos);
}

TEST_CASE("program: images to measure errors on that the network cannot take are refused at the start") {
    const Images images;
    const Arguments run{"train", "--net", "resnet18", "--data", "good.csv", "--batch", "2", "--validate"};
    put(images.folder / "labels.csv", "file,label\na.png,1000\n");
    check_refused(images.run(run + Arguments{"labels.csv"}),
                  "labels.csv: line 2: expected a label from 0 to 8, found '1000'");
    put(images.folder / "empty.csv", "file,label\n");
    check_refused(images.run(run + Arguments{"empty.csv"}), "empty.csv: images: expected at least one, ");
    check_refused(images.run(run + Arguments{"none"}), "none: ");
    std::filesystem::create_directory(images.folder / "folder");
    check_refused(images.run(run + Arguments{"folder"}), "folder: ");
}

TEST_CASE(
    "program: files that a table lists and that are not there are refused at the start, unless they may be skipped") {
    const Images images;
    put(images.folder / "some.csv", "file,label\na.png,7\nb.png,8\nc.png,8\n");
    const std::string expected = "some.csv: files: expected 3 that are there, found 2 that are not, first b.png";
    const Arguments common{"train", "--net", "resnet18", "--batch", "2", "--iterations", "1"};
    check_refused(images.run(common + Arguments{"--data", "some.csv"}), expected);
    check_refused(images.run(common + Arguments{"--data", "good.csv", "--validate", "some.csv"}), expected);
    const Outcome outcome = images.run(common + Arguments{"--data", "some.csv", "--skip-broken", "--save", "w"});
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    const Arguments evaluation{"evaluate", "--net", "resnet18", "--weights", "w", "--data", "some.csv"};
    check_refused(images.run(evaluation), expected);
}
