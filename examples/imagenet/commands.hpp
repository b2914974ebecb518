#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "../support/train_options.hpp"
#include <residua/data/orientation.hpp>

/// What the program can be asked to do. Each command returns the exit code, and throws what the library throws.
namespace imagenet {

inline constexpr const char* program = "imagenet";

/// What becomes of image files.
struct ReadingOptions {
    bool upright = false;      ///< turned as the camera noted
    bool skip_broken = false;  ///< broken files are named and left out

    residua::Orientation orientation() const {
        return upright ? residua::Orientation::upright : residua::Orientation::stored;
    }
};

struct TrainOptions : support::TrainOptions, ReadingOptions {
    TrainOptions() {
        usual_iterations = 600'000;
        batch = 256;
    }
    std::filesystem::path validate;       ///< images to measure the error on after each epoch; empty: none
    std::vector<std::int64_t> divide_at;  ///< iterations; empty: divide where the error stops falling
};

/// A network and its weights.
struct Member {
    std::string net;
    std::filesystem::path weights;
};

struct ClassifyOptions : Member, ReadingOptions {
    std::vector<std::filesystem::path> images;
    std::filesystem::path names;
    std::string normalise;  ///< empty: as the weights need it
    bool json = false;
    std::filesystem::path logits;  ///< empty: none, likewise for the files below
    int threads = support::all_cores();
};

struct EvaluateOptions : Member, ReadingOptions {
    std::filesystem::path data;
    std::string protocol = "center";
    std::vector<Member> ensemble;  ///< further ones
    std::string normalise;
    std::filesystem::path probabilities;
    std::filesystem::path crop_logits;
    std::filesystem::path crops;
    int threads = support::all_cores();
};

int train(const TrainOptions& options);
int classify(const ClassifyOptions& options);
int evaluate(const EvaluateOptions& options);

}  // namespace imagenet
