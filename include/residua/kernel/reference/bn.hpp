#pragma once

/// \file
/// Batch normalisation: statistics, normalising and the gradients of both together (Ioffe and Szegedy, 2015, section
/// 3).
/// Shapes:   src, dst and their gradients n x c x h x w, planar; everything else c.
/// Reads:    src, weight, bias, mean and variance; backward also grad_dst.
/// Writes:   the statistics; dst; grad_src, grad_weight, grad_bias. Updates the running statistics.
/// Requires: more than one value per channel where the unbiased variance is taken; outputs that do not overlap inputs.
/// Sums are double for each T: float sums of 32,768 values put gradients of a whole ResNet-20 off by up to 8 %.

#include <cmath>

#include <residua/config.hpp>
#include <residua/kernel/reference/planar.hpp>

namespace residua::detail::reference::inline RESIDUA_ISA {

/// Mean and biased variance of each channel over images, rows and columns.
template <class T>
void bn_statistics(int n, Chw shape, const T* src, T* mean, T* variance) {
    const double count = static_cast<double>(n * plane(shape));
    for (int c = 0; c < shape.c; ++c) {
        double sum = 0;
        for_each_of_channel(n, shape, c, [&](long i) { sum += src[i]; });
        double squares = 0;
        for_each_of_channel(n, shape, c, [&](long i) { squares += std::pow(src[i] - sum / count, 2); });
        mean[c] = static_cast<T>(sum / count);
        variance[c] = static_cast<T>(squares / count);
    }
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
    for (int c = 0; c < shape.c; ++c) {
        const T deviation = std::sqrt(variance[c] + epsilon);
        for_each_of_channel(n, shape, c,
                            [&](long i) { dst[i] = weight[c] * ((src[i] - mean[c]) / deviation) + bias[c]; });
    }
}

/// Gradients where mean and variance are those of src itself, so that src acts through them too:
/// grad_src = weight / deviation * (grad_dst - grad_bias / count - normalised src * grad_weight / count).
template <class T>
void bn_backward(int n, Chw shape, T epsilon, const T* src, const T* mean, const T* variance, const T* weight,
                 const T* grad_dst, T* grad_src, T* grad_weight, T* grad_bias) {
    const double count = static_cast<double>(n * plane(shape));
    for (int c = 0; c < shape.c; ++c) {
        const T deviation = std::sqrt(variance[c] + epsilon);
        const auto normalised = [&](long i) { return (src[i] - mean[c]) / deviation; };
        double sum = 0;
        double products = 0;
        for_each_of_channel(n, shape, c, [&](long i) {
            sum += grad_dst[i];
            products += grad_dst[i] * normalised(i);
        });
        grad_bias[c] = static_cast<T>(sum);
        grad_weight[c] = static_cast<T>(products);
        const T mean_grad = static_cast<T>(sum / count);
        const T mean_product = static_cast<T>(products / count);
        for_each_of_channel(n, shape, c, [&](long i) {
            grad_src[i] = weight[c] / deviation * (grad_dst[i] - mean_grad - normalised(i) * mean_product);
        });
    }
}

}  // namespace residua::detail::reference::inline RESIDUA_ISA
