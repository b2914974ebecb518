// Runs that are stopped in every way and go on as if nothing had happened.

#include <algorithm>
#include <chrono>
#include <random>
#include <set>
#include <support/catch.hpp>

#include "program.hpp"

namespace {

using Arguments = ProgramRun::Arguments;

/// A run that ends within seconds. Errors of 100 held-out records and the test set are part of what has to agree.
const Arguments short_run{"train",   "--net",  "resnet20",     "--data", "builtin", "--iterations", "300",
                          "--batch", "8",      "--seed",       "3",      "--split", "9900",         "--log",
                          "log.csv", "--save", "w.safetensors"};
const Arguments checkpointed{"--checkpoint", "c.checkpoint"};
const Arguments two_threads{"--threads", "2"};
const Arguments resumed{"--resume"};

using Milliseconds = std::chrono::milliseconds;

struct Result {
    std::string weights;
    std::string log;
    Milliseconds duration{};
};

Result result_in(const TemporaryFolder& folder) {
    return {.weights = content_of(folder / "w.safetensors"), .log = content_of(folder / "log.csv")};
}

/// What comes of the run if nobody disturbs it, computed once.
const Result& undisturbed() {
    static const Result result = [] {
        const TemporaryFolder folder;
        const auto start = std::chrono::steady_clock::now();
        const Outcome outcome = run_program(folder.path(), short_run + two_threads);
        INFO(outcome.err);
        REQUIRE(outcome.code == 0);
        Result whole = result_in(folder);
        whole.duration = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - start);
        return whole;
    }();
    REQUIRE_FALSE(result.weights.empty());
    return result;
}

/// Compared without printing a megabyte.
void check_same(const Result& result) {
    CHECK(result.log == undisturbed().log);
    CHECK((result.weights == undisturbed().weights));
}

}  // namespace

TEST_CASE("program: a run killed at random moments ends with the same bits") {
    const TemporaryFolder folder;
    std::random_device entropy;
    const unsigned seed = entropy();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    std::set<std::string> beginnings;
    const auto go_on = [&] { return std::filesystem::exists(folder / "c.checkpoint") ? resumed : Arguments{}; };
    // The first run is stopped on its way, on any machine; others go on from at least two places.
    const auto longest = static_cast<unsigned>(undisturbed().duration.count() / 2);
    for (int kill = 0; kill < 8 || (beginnings.size() < 3 && kill < 50); ++kill) {
        ProgramRun run(folder.path(), short_run + checkpointed + two_threads + go_on());
        run.wait_for(folder / "c.checkpoint");
        std::this_thread::sleep_for(Milliseconds(random() % longest));
        run.send(SIGKILL);
        const Outcome outcome = run.wait();
        CHECK((outcome.code == 128 + SIGKILL || outcome.code == 0));
        beginnings.insert(outcome.out.substr(0, outcome.out.find('\n')));
    }
    const Outcome outcome = run_program(folder.path(), short_run + checkpointed + two_threads + go_on());
    INFO(outcome.err);
    CHECK(outcome.code == 0);
    CHECK(beginnings.size() > 2);
    check_same(result_in(folder));
}

TEST_CASE("program: Ctrl-C saves, says how to go on, and going on gives the same bits with one thread as with two") {
    for (const int signal : {SIGINT, SIGTERM}) {
        const TemporaryFolder folder;
        ProgramRun run(folder.path(), short_run + checkpointed + two_threads);
        REQUIRE(run.wait_for(folder / "c.checkpoint"));
        run.send(signal);
        const Outcome stopped = run.wait();
        CHECK(stopped.code == 128 + signal);
        CHECK(stopped.err.empty());
        CHECK(stopped.out.find(" train --net resnet20 --data builtin") != std::string::npos);
        CHECK(stopped.out.ends_with(" --checkpoint c.checkpoint --threads 2 --resume\n"));
        CHECK_FALSE(std::filesystem::exists(folder / "w.safetensors"));

        const Outcome outcome =
            run_program(folder.path(), short_run + checkpointed + resumed + Arguments{"--threads", "1"});
        CHECK(outcome.code == 0);
        CHECK(outcome.out.starts_with("c.checkpoint: going on at iteration "));
        check_same(result_in(folder));
    }
}

TEST_CASE("program: Ctrl-C without a checkpoint file saves in one of its own") {
    const TemporaryFolder folder;
    ProgramRun run(folder.path(), short_run);
    while (run.running() && content_of(folder / "stdout").empty()) std::this_thread::sleep_for(Milliseconds(2));
    run.send(SIGINT);
    const Outcome stopped = run.wait();
    CHECK(stopped.code == 128 + SIGINT);
    const std::string option = " --checkpoint ";
    const auto name = stopped.out.rfind(option);
    REQUIRE(name != std::string::npos);
    const auto begin = name + option.size();
    CHECK(std::filesystem::exists(folder / stopped.out.substr(begin, stopped.out.find(' ', begin) - begin)));
}

TEST_CASE("program: a finished run can be resumed, is finished, and goes on with more iterations at its last rate") {
    const TemporaryFolder folder;
    Arguments arguments = Arguments{"train", "--net",  "resnet20",      "--data", "builtin", "--batch",
                                    "4",     "--save", "w.safetensors", "--log",  "log.csv"} +
                          checkpointed;
    const auto weights = [&] { return content_of(folder / "w.safetensors"); };
    REQUIRE(run_program(folder.path(), arguments + Arguments{"--iterations", "4"}).code == 0);
    const std::string finished = weights();
    std::filesystem::remove(folder / "w.safetensors");
    for (const Arguments& same : {Arguments{}, Arguments{"--iterations", "4"}}) {
        const Outcome outcome = run_program(folder.path(), arguments + resumed + same);
        CHECK(outcome.code == 0);
        CHECK(outcome.out == "c.checkpoint: this run has ended, with iteration 4; --iterations goes on with it\n");
        CHECK((weights() == finished));
    }
    const Outcome longer = run_program(folder.path(), arguments + resumed + Arguments{"--iterations", "6"});
    INFO(longer.err);
    CHECK(longer.code == 0);
    CHECK(longer.out.starts_with("c.checkpoint: going on at iteration 4 of 6\n"));
    CHECK((weights() != finished));
    const std::string log = content_of(folder / "log.csv");
    CHECK(log.find("\n1,4,0.001") != std::string::npos);
    CHECK(log.find("\n1,6,0.001") != std::string::npos);  // not 0.01, as in the middle of a run of 6 iterations
    CHECK(run_program(folder.path(), arguments + resumed).err.find("expected at most 4, found 6 done") !=
          std::string::npos);
}
