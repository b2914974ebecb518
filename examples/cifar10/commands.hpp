#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>

#include "../support/train_options.hpp"
#include "images.hpp"

/// What the program can be asked to do. Each command returns the exit code, and throws what the library throws.
namespace cifar10 {

struct TrainOptions : support::TrainOptions {
    TrainOptions() {
        usual_iterations = 64'000;
        batch = 128;
    }
    std::optional<std::size_t> split;
};

/// Weights, the images to run them on, and how.
struct WeightsOnImages {
    std::string net;
    std::filesystem::path weights;
    std::string data;
    Set set = Set::test;
    Range range;
    std::string normalise;  ///< empty: as the weights need it
    int threads = support::all_cores();
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

}  // namespace cifar10
