#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>

#include "images.hpp"

/// What the program can be asked to do. Each command returns the exit code, and throws what the library throws.
namespace cifar10 {

/// The cores of this machine.
inline int all_cores() {
    const unsigned cores = std::thread::hardware_concurrency();
    return cores == 0 ? 1 : static_cast<int>(cores);
}

struct TrainOptions {
    std::string net;
    std::string data;
    std::int64_t iterations = 64'000;
    std::optional<std::int64_t> epochs;  ///< instead of iterations
    int batch = 128;
    double lr = 0.1;
    std::uint64_t seed = 0;
    int threads = all_cores();
    bool augment = true;
    std::optional<std::size_t> split;
    std::filesystem::path checkpoint;  ///< empty: none, likewise for the files below
    bool resume = false;
    std::filesystem::path log;
    std::filesystem::path plot;
    std::filesystem::path save;
    std::string command;  ///< the command line as a shell would take it
};

/// Weights, the images to run them on, and how.
struct WeightsOnImages {
    std::string net;
    std::filesystem::path weights;
    std::string data;
    Set set = Set::test;
    Range range;
    std::string normalise;  ///< empty: as the weights need it
    int threads = all_cores();
};

struct EvaluateOptions : WeightsOnImages {
    int batch = 100;
    std::filesystem::path predictions;
    std::filesystem::path logits;
};

struct GradientsOptions : WeightsOnImages {
    std::filesystem::path out;
};

int train(const TrainOptions& options);
int evaluate(const EvaluateOptions& options);
int gradients(const GradientsOptions& options);
int describe(const std::string& net);

}  // namespace cifar10
