#pragma once

/// \file
/// Batch normalisation: statistics, normalising and the gradients of both together (Ioffe and Szegedy, 2015, section
/// 3).
/// Shapes:   src, dst and their gradients n x c x h x w, planar; everything else c.
/// Reads:    src, weight, bias, mean and variance; backward also grad_dst.
/// Writes:   the statistics; dst; grad_src, grad_weight, grad_bias. Updates the running statistics.
/// Requires: more than one value per channel where the unbiased variance is taken; outputs that do not overlap inputs.

#include <algorithm>
#include <cmath>

#include <residua/kernel/reference/planar.hpp>

namespace residua::reference {

/// Mean and biased variance of each channel over images, rows and columns.
template <class T>
void bn_statistics(int n, Chw shape, const T* src, T* mean, T* variance) {
    const long pixels = plane(shape);
    const T count = static_cast<T>(n * pixels);
    std::fill_n(mean, shape.c, T(0));
    std::fill_n(variance, shape.c, T(0));
    for_each_plane(n, shape, [&](int c, long first) {
        for (long i = first; i < first + pixels; ++i) mean[c] += src[i] / count;
    });
    for_each_plane(n, shape, [&](int c, long first) {
        for (long i = first; i < first + pixels; ++i) variance[c] += (src[i] - mean[c]) * (src[i] - mean[c]) / count;
    });
}

/// Moves the running statistics by `momentum` towards those of a batch with `count` values per channel, of which they
/// take the unbiased variance.
template <class T>
void bn_update_running(int channels, long count, T momentum, const T* mean, const T* variance, T* running_mean,
                       T* running_var) {
    const T unbiased = static_cast<T>(count) / static_cast<T>(count - 1);
    for (int c = 0; c < channels; ++c) {
        running_mean[c] += momentum * (mean[c] - running_mean[c]);
        running_var[c] += momentum * (unbiased * variance[c] - running_var[c]);
    }
}

/// dst = weight * (src - mean) / sqrt(variance + epsilon) + bias: with the batch's statistics when training, with the
/// running ones otherwise.
template <class T>
void bn_forward(int n, Chw shape, T epsilon, const T* src, const T* mean, const T* variance, const T* weight,
                const T* bias, T* dst) {
    const long pixels = plane(shape);
    for_each_plane(n, shape, [&](int c, long first) {
        const T deviation = std::sqrt(variance[c] + epsilon);
        for (long i = first; i < first + pixels; ++i) dst[i] = weight[c] * ((src[i] - mean[c]) / deviation) + bias[c];
    });
}

/// Gradients where mean and variance are those of src itself, so that src acts through them too:
/// grad_src = weight / deviation * (grad_dst - grad_bias / count - normalised src * grad_weight / count).
template <class T>
void bn_backward(int n, Chw shape, T epsilon, const T* src, const T* mean, const T* variance, const T* weight,
                 const T* grad_dst, T* grad_src, T* grad_weight, T* grad_bias) {
    const long pixels = plane(shape);
    const T count = static_cast<T>(n * pixels);
    const auto deviation = [&](int c) { return std::sqrt(variance[c] + epsilon); };
    const auto normalised = [&](int c, long i) { return (src[i] - mean[c]) / deviation(c); };
    std::fill_n(grad_weight, shape.c, T(0));
    std::fill_n(grad_bias, shape.c, T(0));
    for_each_plane(n, shape, [&](int c, long first) {
        for (long i = first; i < first + pixels; ++i) {
            grad_weight[c] += grad_dst[i] * normalised(c, i);
            grad_bias[c] += grad_dst[i];
        }
    });
    for_each_plane(n, shape, [&](int c, long first) {
        for (long i = first; i < first + pixels; ++i)
            grad_src[i] = weight[c] / deviation(c) *
                          (grad_dst[i] - grad_bias[c] / count - normalised(c, i) * grad_weight[c] / count);
    });
}

}  // namespace residua::reference
