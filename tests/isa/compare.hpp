#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <vector>

#include "network.hpp"

/// Runs networks of several instruction sets on the same images and compares what they say.
class Comparison {
  public:
    void run(const char* name, const Network& network) {
        std::vector<float> images(static_cast<std::size_t>(count * image_values));
        for (std::size_t i = 0; i < images.size(); ++i) images[i] = std::sin(static_cast<float>(i));
        std::vector<float> outputs(static_cast<std::size_t>(count * output_values), NAN);
        network.predict(images.data(), count, outputs.data());
        if (first_.empty()) first_ = outputs;
        float largest = 0.0f;
        float error = 0.0f;
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            largest = std::max(largest, std::abs(first_[i]));
            error = std::max(error, std::abs(outputs[i] - first_[i]));
        }
        const bool agrees = largest > 0.0f && error <= 1e-5f * largest;  // false for NaN
        std::printf("%s: largest output %g, %g from the first\n", name, largest, error);
        agree_ = agree_ && agrees;
    }
    void fail() { agree_ = false; }
    /// A program's exit code.
    [[nodiscard]] int result() const { return agree_ && !first_.empty() ? 0 : 1; }

  private:
    static constexpr int count = 5;

    std::vector<float> first_;
    bool agree_ = true;
};
