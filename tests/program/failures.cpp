// What training leaves behind when it cannot go on.

#include <algorithm>
#include <support/catch.hpp>

#include "metadata.hpp"
#include "program.hpp"

namespace {

using Arguments = ProgramRun::Arguments;

/// The shortest run that leaves a checkpoint.
const Arguments tiny{"train",        "--net", "resnet20",     "--data",      "builtin",
                     "--iterations", "2",     "--checkpoint", "c.checkpoint"};
const Arguments small_batch{"--batch", "4"};
const Arguments resumed{"--resume"};

/// A checkpoint as `tiny` with small batches leaves it, computed once.
const std::string& good_checkpoint() {
    static const std::string content = [] {
        const TemporaryFolder folder;
        REQUIRE(run_program(folder.path(), tiny + small_batch).code == 0);
        return content_of(folder / "c.checkpoint");
    }();
    REQUIRE_FALSE(content.empty());
    return content;
}

/// Going on from such a checkpoint with such options is refused in one line; the checkpoint stays as it is.
void check_refused(const std::string& checkpoint, const Arguments& arguments, const std::string& expected) {
    const TemporaryFolder folder;
    put(folder / "c.checkpoint", checkpoint);
    const Outcome outcome = run_program(folder.path(), arguments + resumed);
    INFO(outcome.err);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(std::ranges::count(outcome.err, '\n') == 1);
    CHECK(outcome.err.starts_with("cifar10: c.checkpoint: " + expected));
    CHECK((content_of(folder / "c.checkpoint") == checkpoint));
}

std::string flipped(std::string content, std::size_t position) {
    content[position] = static_cast<char>(content[position] ^ 0x10);
    return content;
}

}  // namespace

TEST_CASE("program: a checkpoint of other options, images or another network is refused") {
    const std::string& good = good_checkpoint();
    check_refused(good, tiny + Arguments{"--batch", "5"}, "options: expected batch 5");
    check_refused(good, tiny + small_batch + Arguments{"--seed", "9"}, "options: expected batch 4, seed 9");
    check_refused(good, tiny + small_batch + Arguments{"--lr", "0.1000000001"}, "options: ");
    check_refused(good, tiny + small_batch + Arguments{"--no-augment"}, "options: ");
    check_refused(good, tiny + small_batch + Arguments{"--split", "9999"}, "");
    Arguments fewer = tiny + small_batch;
    fewer[6] = "1";
    check_refused(good, fewer, "iterations: expected at most 1, found 2 done");
    Arguments other = tiny + small_batch;
    for (const char* net : {"resnet32", "plain20"}) {
        other[2] = net;
        check_refused(good, other, std::string("network: expected ") + net + ", found resnet20");
    }
    check_refused(with_metadata(good, "classes", "disc\ncircle"), tiny + small_batch,
                  "name of class 1: expected ring, found circle");
}

TEST_CASE("program: weights remember the names of their classes, and images of others are refused") {
    const TemporaryFolder folder;
    REQUIRE(run_program(folder.path(), tiny + small_batch + Arguments{"--save", "w.safetensors"}).code == 0);
    const std::string weights = content_of(folder / "w.safetensors");
    const residua::SafetensorsFile file(folder / "w.safetensors");
    CHECK(file.metadata().at("classes").starts_with("disc\nring\nsquare\n"));
    const Arguments data{"--net", "resnet20", "--data", "builtin", "--count", "10", "--weights"};
    CHECK(run_program(folder.path(), Arguments{"evaluate"} + data + Arguments{"w.safetensors"}).code == 0);
    put(folder / "others.safetensors", with_metadata(weights, "classes", "airplane\nautomobile"));
    for (const Arguments& command : {Arguments{"evaluate"}, Arguments{"gradients", "--out", "g.safetensors"}}) {
        const Outcome outcome = run_program(folder.path(), command + data + Arguments{"others.safetensors"});
        CHECK(outcome.code == 2);
        CHECK(outcome.out.empty());
        CHECK(outcome.err == "cifar10: others.safetensors: name of class 0: expected disc, found airplane\n");
    }
    put(folder / "nameless.safetensors", with_metadata(weights, "classes", std::nullopt));
    CHECK(run_program(folder.path(), Arguments{"evaluate"} + data + Arguments{"nameless.safetensors"}).code == 0);
}

TEST_CASE("program: a damaged checkpoint is refused") {
    const std::string& good = good_checkpoint();
    for (const std::size_t size : {std::size_t{0}, std::size_t{7}, good.size() / 2, good.size() - 1})
        check_refused(good.substr(0, size), tiny + small_batch, "");
    check_refused(good + '\0', tiny + small_batch, "");
    check_refused(flipped(good, 20), tiny + small_batch, "");
    check_refused(flipped(good, good.size() / 2), tiny + small_batch, "checksum: ");
    check_refused(flipped(good, good.size() - 1), tiny + small_batch, "checksum: ");
}

TEST_CASE("program: outputs that are no numbers end training and leave old files") {
    const TemporaryFolder folder;
    put(folder / "w.safetensors", "old weights");
    put(folder / "log.csv", "old log");
    const Outcome outcome = run_program(
        folder.path(), {"train", "--net", "resnet20", "--data", "builtin", "--iterations", "50", "--batch", "4", "--lr",
                        "1e30", "--checkpoint", "c.checkpoint", "--save", "w.safetensors", "--log", "log.csv"});
    INFO(outcome.err);
    CHECK(outcome.code == 1);
    CHECK(std::ranges::count(outcome.err, '\n') == 1);
    CHECK(outcome.err.starts_with("cifar10: training: iteration 2: "));
    CHECK(outcome.err.find("expected a finite output") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(folder / "c.checkpoint"));
    CHECK(content_of(folder / "w.safetensors") == "old weights");
    CHECK(content_of(folder / "log.csv") == "old log");
}

TEST_CASE("program: the checkpoint of another run is not replaced") {
    const TemporaryFolder folder;
    put(folder / "c.checkpoint", good_checkpoint());
    std::filesystem::create_symlink("c.checkpoint", folder / "link");
    Arguments arguments = tiny + small_batch;
    for (const char* name : {"c.checkpoint", "link"}) {
        arguments[8] = name;
        const Outcome outcome = run_program(folder.path(), arguments);
        CHECK(outcome.code == 2);
        CHECK(outcome.out.empty());
        CHECK(outcome.err == std::string("cifar10: ") + name +
                                 ": is there already: go on from it with --resume, or remove it to start anew\n");
    }
    CHECK((content_of(folder / "c.checkpoint") == good_checkpoint()));
}

TEST_CASE("program: a gnuplot that fails later costs the plot, but nothing else") {
    const TemporaryFolder folder;
    const TemporaryFolder path;
    put(path / "gnuplot", "#!/bin/sh\n[ -e begun ] && exit 1\n: > begun\n");
    std::filesystem::permissions(path / "gnuplot", std::filesystem::perms::owner_all);
    const Outcome outcome =
        run_program(folder.path(), tiny + small_batch + Arguments{"--plot", "curve.png", "--save", "w.safetensors"},
                    path.path().string());
    CHECK(outcome.code == 0);
    CHECK(outcome.err.find("curve.png: no plot: gnuplot failed") != std::string::npos);
    CHECK(std::filesystem::exists(folder / "w.safetensors"));
    CHECK_FALSE(std::filesystem::exists(folder / "curve.png"));
    CHECK(folder.file_count() == 5);  // checkpoint, weights, two outputs, the script's mark
}

TEST_CASE("program: training writes a plot and a log") {
    const TemporaryFolder folder;
    const Outcome outcome = run_program(
        folder.path(), tiny + small_batch + Arguments{"--plot", "it's.png", "--log", "log.csv", "--split", "9990"});
    CHECK(outcome.code == 0);
    CHECK(outcome.err.empty());
    CHECK(content_of(folder / "it's.png").starts_with("\x89PNG"));
    const std::string log = content_of(folder / "log.csv");
    CHECK(log.starts_with("epoch,iteration,rate,loss,train_error,held_out_error,test_error\n1,2,0.001"));
    CHECK(std::ranges::count(log, '\n') == 2);
    CHECK(std::ranges::count(log, ',') == 12);
    CHECK(folder.file_count() == 5);  // checkpoint, plot, log, two outputs
}
