#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>

/// The worst disagreement seen, and where.
struct Disagreement {
    double error = 0;
    std::string where = "nowhere";

    /// Differences relative to the largest expected value, or to `scale` if that is larger.
    void compare(std::span<const float> found, std::span<const double> expected, const std::string& name,
                 double scale = 0) {
        double largest = scale;
        double difference = found.size() == expected.size() ? 0 : std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i) {
            largest = std::max(largest, std::abs(expected[i]));
            const double one = std::abs(double{found[i]} - expected[i]);
            if (!(one <= difference)) difference = one;  // NaN counts
        }
        const double relative = difference == 0 ? 0 : difference / largest;
        if (!(relative <= error)) *this = {relative, name};
    }
};
