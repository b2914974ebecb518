#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

#include <residua/data/random.hpp>

/// Seconds of each call of `run`, after two that do not count: at least five calls, then until `seconds` are over.
template <class Run>
std::vector<double> repeat(double seconds, Run&& run) {
    using Clock = std::chrono::steady_clock;
    constexpr int warm_up = 2;
    constexpr std::size_t fewest = 5;
    for (int i = 0; i < warm_up; ++i) run();
    std::vector<double> times;
    for (double total = 0.0; times.size() < fewest || total < seconds; total += times.back()) {
        const auto start = Clock::now();
        run();
        times.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    }
    return times;
}

/// The middle one of some values, of which there is at least one.
inline double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    return *middle;
}

/// Standard normal values.
inline std::vector<float> random_values(long count) {
    std::vector<float> values(static_cast<std::size_t>(count));
    const residua::detail::Random random(1, residua::detail::Stream::picture, 0);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = random.normal(i);
    return values;
}
