#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <residua/data/random.hpp>
#include <residua/data/rgb_image.hpp>
#include <residua/on_error.hpp>

/// \file
/// Colour augmentation by principal components (Krizhevsky, Sutskever, Hinton, ImageNet Classification with Deep
/// Convolutional Neural Networks, 2012, section 4.1), which He et al. 2015, section 3.4, use as "the standard" one.

namespace residua::inline RESIDUA_ISA {

/// Along which directions the colours of pixels vary, and how much: the eigenvectors and eigenvalues of the covariance
/// of red, green and blue, in units of v / 255.
struct ColourComponents {
    std::array<double, 3> variances{};                  ///< the largest first
    std::array<std::array<double, 3>, 3> directions{};  ///< [component][channel], of length 1

    /// The directions times their variances, in as few digits as tell them apart from others.
    std::string text() const {
        std::string line;
        for (std::size_t i = 0; i < 3; ++i) {
            for (const double value : directions[i]) {
                std::array<char, 32> digits{};
                const double scaled = variances[i] * value;
                line += line.empty() ? "" : " ";
                line.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), scaled).ptr);
            }
        }
        return line;
    }
};

/// ImageNet's, as most published training code has them.
inline constexpr ColourComponents imagenet_colours{
    {0.2175, 0.0188, 0.0045}, {{{-0.5675, -0.5808, -0.5836}, {0.7192, -0.0045, -0.6948}, {0.4009, -0.8140, 0.4203}}}};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

using Matrix3 = std::array<std::array<double, 3>, 3>;

/// One turn in the plane of axes p and q, the one that makes a[p][q] zero. Keeps a = vectors^T x original x vectors.
inline void jacobi_turn(Matrix3& a, Matrix3& vectors, std::size_t p, std::size_t q) {
    if (a[p][q] == 0.0) return;
    const double theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    const double tangent = std::copysign(1.0, theta) / (std::abs(theta) + std::sqrt(theta * theta + 1.0));
    const double cosine = 1.0 / std::sqrt(tangent * tangent + 1.0);
    const double sine = tangent * cosine;
    const auto turn = [&](double& x, double& y) {
        const double old = x;
        x = cosine * old - sine * y;
        y = sine * old + cosine * y;
    };
    for (std::size_t k = 0; k < 3; ++k) turn(a[k][p], a[k][q]);
    for (std::size_t k = 0; k < 3; ++k) turn(a[p][k], a[q][k]);
    for (std::size_t k = 0; k < 3; ++k) turn(vectors[k][p], vectors[k][q]);
}

/// Eigenvalues and eigenvectors of a symmetric matrix by Jacobi's method, which converges quadratically.
inline ColourComponents principal_components(Matrix3 a) {
    constexpr int sweeps = 12;
    Matrix3 vectors{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    for (int sweep = 0; sweep < sweeps; ++sweep) {
        jacobi_turn(a, vectors, 0, 1);
        jacobi_turn(a, vectors, 0, 2);
        jacobi_turn(a, vectors, 1, 2);
    }
    std::array<std::size_t, 3> order{0, 1, 2};
    std::sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return a[i][i] > a[j][j]; });
    ColourComponents components;
    for (std::size_t i = 0; i < 3; ++i) {
        components.variances[i] = a[order[i]][order[i]];
        for (std::size_t c = 0; c < 3; ++c) components.directions[i][c] = vectors[c][order[i]];
    }
    return components;
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Collects the colours of images. Sums are integers, so their order does not matter.
class ColourStatistics {
  public:
    void add(const RgbImage& image) {
        for (std::size_t i = 0; i < image.pixels.size(); i += detail::rgb_channels) {
            for (std::size_t c = 0; c < 3; ++c) {
                const std::uint64_t value = image.pixels[i + c];
                sums_[c] += value;
                for (std::size_t d = 0; d <= c; ++d) products_[c][d] += value * image.pixels[i + d];
            }
        }
        pixels_ += image.pixels.size() / detail::rgb_channels;
    }

    /// Of all pixels so far. Throws std::invalid_argument if there are none.
    ColourComponents components() const {
        if (pixels_ == 0) detail::raise(std::invalid_argument("colours: expected at least one pixel, found none"));
        const auto mean = [&](std::uint64_t sum) { return static_cast<double>(sum) / static_cast<double>(pixels_); };
        detail::Matrix3 covariance{};
        for (std::size_t c = 0; c < 3; ++c) {
            for (std::size_t d = 0; d <= c; ++d) {
                covariance[c][d] = (mean(products_[c][d]) - mean(sums_[c]) * mean(sums_[d])) / (255.0 * 255.0);
                covariance[d][c] = covariance[c][d];
            }
        }
        return detail::principal_components(covariance);
    }

  private:
    std::uint64_t pixels_ = 0;
    std::array<std::uint64_t, 3> sums_{};
    std::array<std::array<std::uint64_t, 3>, 3> products_{};  ///< the lower triangle
};

/// What the colours of record `record` are shifted by in epoch `epoch`, for each channel in units of v / 255: along
/// each component a normal number of deviation 0.1 times its variance.
inline std::array<float, 3> choose(const ColourComponents& components, std::uint64_t seed, std::uint64_t epoch,
                                   std::uint64_t record) {
    constexpr double deviation = 0.1;
    const detail::Random random(seed, detail::Stream::colour, epoch);
    std::array<double, 3> shift{};
    for (std::size_t i = 0; i < 3; ++i) {
        const double share = deviation * components.variances[i] * random.normal(3 * record + i);
        for (std::size_t c = 0; c < 3; ++c) shift[c] = std::fma(share, components.directions[i][c], shift[c]);
    }
    return {static_cast<float>(shift[0]), static_cast<float>(shift[1]), static_cast<float>(shift[2])};
}

}  // namespace residua::inline RESIDUA_ISA
