#pragma once

#include <algorithm>
#include <cmath>

#include <residua/kernel/simd/moments.hpp>
#include <residua/op/bn/rule.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Per-channel arrays of one batch normalisation during a training step; whole blocks, zero behind the last channel.
struct BnArrays {
    float* mean = nullptr;
    float* inverse_deviation = nullptr;
    float* scale = nullptr;
    float* shift = nullptr;
    float* a = nullptr;  ///< coefficients of the gradient, see bn_backward
    float* b = nullptr;
    float* c = nullptr;
};

/// One slice's sums over its images, in double: of the deviations from a pivot, and of their squares.
struct MomentSums {
    double* pivot = nullptr;
    double* sum = nullptr;
    double* squares = nullptr;
};

/// Adds the sums over one image's `values` in each of so many channels to a slice's; the first image's pivot is the
/// slice's.
inline void add_moments(const ImageMoments& image, double values, int channels, bool first, const MomentSums& sums) {
    for (int c = 0; c < channels; ++c) {
        const double pivot = image.pivot[c];
        if (first) {
            sums.pivot[c] = pivot;
            sums.sum[c] = sums.squares[c] = 0.0;
        }
        const double distance = pivot - sums.pivot[c];
        const double sum = image.sum[c];
        sums.sum[c] += sum + values * distance;
        sums.squares[c] += image.squares[c] + distance * (2.0 * sum + values * distance);
    }
}

/// Mean and sum of squared deviations of values seen so far, merged part by part (Chan, Golub and LeVeque, 1983).
struct Moments {
    double count = 0.0;
    double mean = 0.0;
    double squares = 0.0;

    void merge(double other_count, double other_mean, double other_squares) {
        const double all = count + other_count;
        const double distance = other_mean - mean;
        squares += other_squares + distance * distance * count * other_count / all;
        mean += distance * other_count / all;
        count = all;
    }
};

/// What a batch normalisation's parameters are, of one channel.
struct BnChannel {
    float scale = 1.0f;
    float shift = 0.0f;
    float* running_mean = nullptr;
    float* running_var = nullptr;
};

/// What is left of a channel's batch normalisation with fixed statistics: x * factor + shift.
struct FoldedBn {
    double factor = 1.0;
    double shift = 0.0;
};

/// In double: the factor goes into the weights before BN, the shift, which takes in their `bias`, takes its place.
inline FoldedBn fold_bn(double scale, double shift, double running_mean, double running_var, double bias) {
    const double factor = scale / std::sqrt(running_var + bn_epsilon);
    return {factor, (bias - running_mean) * factor + shift};
}

/// From the moments of channel c to the coefficients that normalise it; moves the running statistics.
inline void set_statistics(const Moments& moments, int c, const BnChannel& channel, const BnArrays& arrays) {
    const double variance = moments.squares / moments.count;
    const double inverse = 1.0 / std::sqrt(variance + bn_epsilon);
    arrays.mean[c] = static_cast<float>(moments.mean);
    arrays.inverse_deviation[c] = static_cast<float>(inverse);
    arrays.scale[c] = static_cast<float>(channel.scale * inverse);
    arrays.shift[c] = static_cast<float>(channel.shift - moments.mean * channel.scale * inverse);
    const double unbiased = moments.squares / std::max(moments.count - 1.0, 1.0);
    *channel.running_mean += static_cast<float>(bn_momentum * (moments.mean - *channel.running_mean));
    *channel.running_var += static_cast<float>(bn_momentum * (unbiased - *channel.running_var));
}

/// From the sums over the batch of the gradient and of gradient times deviation to the coefficients of bn_backward.
inline void set_gradient(double gradient, double deviation, double count, int c, const BnArrays& arrays) {
    const double inverse = arrays.inverse_deviation[c];
    const double a = arrays.scale[c];
    const double b = -a * inverse * inverse * deviation / count;
    arrays.a[c] = static_cast<float>(a);
    arrays.b[c] = static_cast<float>(b);
    arrays.c[c] = static_cast<float>(-a * gradient / count - b * arrays.mean[c]);
}

}  // namespace residua::detail::inline RESIDUA_ISA
