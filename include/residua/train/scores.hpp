#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <residua/data/labelled_images.hpp>
#include <residua/on_error.hpp>
#include <residua/train/finite_outputs.hpp>

/// \file
/// From a network's outputs to class probabilities and errors. What is averaged, over crops, sizes (section 3.4) and
/// the networks of an ensemble, are always probabilities, not outputs.

namespace residua::inline RESIDUA_ISA {

/// The softmax of each row of outputs (rows x classes, row-major), averaged over the rows: one probability a class.
/// Computed in double, in the order of the rows. Throws std::invalid_argument unless there are whole rows, at least
/// one, and OutputsNotFinite.
inline std::vector<double> mean_softmax(std::span<const float> outputs, std::size_t classes) {
    if (classes == 0 || outputs.empty() || outputs.size() % classes != 0)
        detail::raise(std::invalid_argument("softmax: expected rows of " + std::to_string(classes) +
                                            " outputs, found " + std::to_string(outputs.size()) + " outputs"));
    detail::require_finite(outputs, "outputs");
    const std::size_t rows = outputs.size() / classes;
    std::vector<double> mean(classes);
    std::vector<double> powers(classes);
    for (std::size_t row = 0; row < rows; ++row) {
        const auto own = outputs.subspan(row * classes, classes);
        const double largest = *std::ranges::max_element(own);
        std::ranges::transform(own, powers.begin(), [&](float output) { return std::exp(output - largest); });
        const double share = 1.0 / (static_cast<double>(rows) * std::accumulate(powers.begin(), powers.end(), 0.0));
        for (std::size_t k = 0; k < classes; ++k) mean[k] += share * powers[k];
    }
    return mean;
}

/// The element-wise mean of probabilities: over sizes, or over the networks of an ensemble. Throws
/// std::invalid_argument unless all have as many classes, and if there are none.
inline std::vector<double> mean_of(std::span<const std::vector<double>> probabilities) {
    if (probabilities.empty())
        detail::raise(std::invalid_argument("mean of probabilities: expected at least one, found none"));
    std::vector<double> mean(probabilities.front().size());
    for (const std::vector<double>& one : probabilities) {
        if (one.size() != mean.size())
            detail::raise(std::invalid_argument("mean of probabilities: expected " + std::to_string(mean.size()) +
                                                " classes, found " + std::to_string(one.size())));
        for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += one[k] / static_cast<double>(probabilities.size());
    }
    return mean;
}

/// The `count` most probable classes (all, if there are fewer), the most probable first; of equal ones the first.
/// Throws OutputsNotFinite.
inline std::vector<int> best_classes(std::span<const double> probabilities, std::size_t count) {
    detail::require_finite(probabilities, "probabilities");
    std::vector<int> classes(probabilities.size());
    std::iota(classes.begin(), classes.end(), 0);
    const auto before = [&](int a, int b) {
        const double pa = probabilities[static_cast<std::size_t>(a)];
        const double pb = probabilities[static_cast<std::size_t>(b)];
        return pa != pb ? pa > pb : a < b;
    };
    const std::size_t taken = std::min(count, classes.size());
    std::ranges::partial_sort(classes, classes.begin() + static_cast<std::ptrdiff_t>(taken), before);
    classes.resize(taken);
    return classes;
}

/// Counts the images whose class is not the most probable one, and not among the five most probable. `add` throws
/// OutputsNotFinite, and std::invalid_argument for a label that is not below the number of probabilities.
struct TopErrors {
    int top1 = 0;  ///< images
    int top5 = 0;
    int images = 0;

    void add(std::span<const double> probabilities, Label label) {
        if (label >= probabilities.size())
            detail::raise(std::invalid_argument("label: expected below " + std::to_string(probabilities.size()) +
                                                ", found " + std::to_string(label)));
        const std::vector<int> best = best_classes(probabilities, 5);
        ++images;
        top1 += best.front() == label ? 0 : 1;
        top5 += std::ranges::find(best, static_cast<int>(label)) != best.end() ? 0 : 1;
    }
};

}  // namespace residua::inline RESIDUA_ISA
