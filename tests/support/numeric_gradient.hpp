#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <vector>

/// `count` numbers between -1 and 1.5, so that their mean is not zero; different ones for each seed.
inline std::vector<double> random_values(long count, std::uint64_t seed) {
    std::mt19937_64 generator(seed);
    std::vector<double> values(static_cast<std::size_t>(count));
    for (double& value : values) value = -1.0 + 2.5 * static_cast<double>(generator() >> 11U) * 0x1p-53;
    return values;
}

inline double dot(const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Largest difference between two ranges, relative to the largest value of the second; infinity for ranges of different
/// sizes, and where something is NaN.
template <class T>
double relative_difference(std::span<const T> found, std::span<const double> expected) {
    double largest = 0;
    double difference = 0;
    if (found.size() != expected.size()) return std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < expected.size(); ++i) {
        largest = std::max(largest, std::abs(expected[i]));
        const double one = std::abs(static_cast<double>(found[i]) - expected[i]);
        if (std::isnan(one)) return std::numeric_limits<double>::infinity();
        difference = std::max(difference, one);
    }
    return difference / largest;
}

/// Largest difference between `gradient` and the central differences of `value()` when each of `variables` moves,
/// relative to the largest of these.
inline double gradient_error(std::vector<double>& variables, const std::vector<double>& gradient,
                             const std::function<double()>& value) {
    constexpr double step = 1e-4;
    std::vector<double> differences;
    for (double& variable : variables) {
        const double middle = variable;
        variable = middle + step;
        const double ahead = value();
        variable = middle - step;
        const double behind = value();
        variable = middle;
        differences.push_back((ahead - behind) / (2 * step));
    }
    return relative_difference<double>(gradient, differences);
}
