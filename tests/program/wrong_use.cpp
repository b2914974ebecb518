#include <algorithm>
#include <support/catch.hpp>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "program.hpp"

namespace {

using Arguments = ProgramRun::Arguments;

/// Wrong use costs one line and exit code 2, and nothing is printed as if it were a result.
void check_wrong(const Arguments& arguments, const std::string& expected) {
    const TemporaryFolder folder;
    put(folder / "broken.safetensors", "not one");
    put(folder / "pointer.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
    std::filesystem::create_directory(folder / "folder");
    const Outcome outcome = run_program(folder.path(), arguments);
    INFO(outcome.err);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(std::ranges::count(outcome.err, '\n') == 1);
    CHECK(outcome.err.ends_with('\n'));
    CHECK(outcome.err.find(expected) != std::string::npos);
}

const Arguments tiny{"train", "--net", "resnet20", "--data", "builtin", "--iterations", "1", "--batch", "2"};
const Arguments evaluation{"evaluate", "--net", "resnet20", "--data", "builtin"};

}  // namespace

TEST_CASE("program: no command, or no such") {
    check_wrong({}, "expected one command: train, evaluate, gradients or describe");
    check_wrong({"trian"}, "trian");
}

TEST_CASE("program: options missing, unknown, or out of range") {
    check_wrong({"train"}, "--net");
    check_wrong({"evaluate", "--net", "resnet20", "--data", "builtin"}, "--weights");
    check_wrong({"describe"}, "NET");
    check_wrong(tiny + Arguments{"--wings"}, "--wings");
    check_wrong(tiny + Arguments{"--lr", "-1"}, "--lr");
    check_wrong(tiny + Arguments{"--lr", "high"}, "expected a number above 0, found 'high'");
    check_wrong(tiny + Arguments{"--threads", "0"}, "--threads");
    check_wrong(tiny + Arguments{"--epochs", "3"}, "--iterations");
    check_wrong(tiny + Arguments{"--split", "10000"}, "--split");
    check_wrong(tiny + Arguments{"--resume"}, "--checkpoint");
    check_wrong(evaluation + Arguments{"--weights", "x", "--set", "both"}, "--set");
}

TEST_CASE("program: unknown networks") {
    for (const char* command : {"train", "evaluate", "gradients"}) {
        Arguments arguments{command, "--net", "resnet21", "--data", "builtin"};
        if (arguments[0] != "train") arguments = arguments + Arguments{"--weights", "x"};
        if (arguments[0] == "gradients") arguments = arguments + Arguments{"--out", "y"};
        check_wrong(arguments, "resnet21");
    }
    check_wrong({"describe", "resnet21"}, "known are resnet20, resnet32");
}

TEST_CASE("program: missing and broken files") {
    check_wrong({"train", "--net", "resnet20", "--data", "no/such/folder"}, "no/such/folder");
    check_wrong(evaluation + Arguments{"--weights", "none.safetensors"}, "none.safetensors");
    check_wrong(evaluation + Arguments{"--weights", "broken.safetensors"},
                "broken.safetensors: content: expected a .safetensors file, found text that begins with \"not one\"");
    check_wrong(evaluation + Arguments{"--weights", "pointer.safetensors"},
                "found a Git LFS pointer: fetch the file itself with 'git lfs pull'");
    check_wrong(evaluation + Arguments{"--weights", "folder"}, "folder: cannot be read: Is a directory");
    check_wrong(evaluation + Arguments{"--weights", "x", "--logits", "folder"},
                "folder: cannot be written: Is a directory");
    check_wrong(tiny + Arguments{"--checkpoint", "none.checkpoint", "--resume"}, "none.checkpoint");
    check_wrong(tiny + Arguments{"--checkpoint", "broken.safetensors", "--resume"}, "broken.safetensors");
    for (const char* option : {"--save", "--log", "--plot", "--checkpoint"})
        check_wrong(tiny + Arguments{option, "no/such/folder/file"}, "no/such/folder");
}

TEST_CASE("program: a result that cannot be printed is an error") {
    const TemporaryFolder folder;
    const bool full = ::mknod((folder / "stdout").c_str(), S_IFCHR | 0600, ::makedev(1, 7)) == 0 &&
                      std::ofstream(folder / "stdout").is_open();
    if (!full) {
        WARN("skipped: no device node can be made and opened here");
        return;
    }
    const Outcome outcome = ProgramRun(folder.path(), {"describe", "resnet20"}).wait();
    CHECK(outcome.code == 1);
    CHECK(outcome.err == "cifar10: the standard output cannot be written\n");
}

TEST_CASE("program: help is no wrong use") {
    const TemporaryFolder folder;
    const Outcome outcome = run_program(folder.path(), {"train", "--help"});
    CHECK(outcome.code == 0);
    CHECK(outcome.err.empty());
    CHECK(outcome.out.find("--no-augment") != std::string::npos);
}
