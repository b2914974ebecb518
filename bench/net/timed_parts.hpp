#pragma once

#include <algorithm>
#include <chrono>

#include "../support/repeat.hpp"
#include "measure.hpp"

/// Times every part within runs of everything, so that a part finds the cache as it does in earnest: calls `run(i)` for
/// all of `steps` and sets their times.
template <class Run>
void time_parts(double seconds, std::vector<MeasuredStep>& steps, const Run& run) {
    using Clock = std::chrono::steady_clock;
    std::vector<std::vector<double>> times(steps.size());
    repeat(seconds, [&] {
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const auto start = Clock::now();
            run(i);
            times[i].push_back(std::chrono::duration<double>(Clock::now() - start).count());
        }
    });
    for (std::size_t i = 0; i < steps.size(); ++i) {
        steps[i].median = median(times[i]);
        steps[i].fastest = std::ranges::min(times[i]);
    }
}
