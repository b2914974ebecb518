#pragma once

#include <algorithm>
#include <chrono>

#include "progress.hpp"

namespace support {

/// Repeats something so rarely that it costs next to nothing: after it, 200 times its duration belong to other work.
class Rarely {
  public:
    bool due() const { return seconds_since(end_) >= 200 * duration_; }

    template <class Action>
    void run(const Action& action) {
        const auto start = std::chrono::steady_clock::now();
        action();
        duration_ = seconds_since(start);
        end_ = std::chrono::steady_clock::now();
    }

  private:
    double duration_ = 0.0;  // seconds
    std::chrono::steady_clock::time_point end_{};
};

}  // namespace support
