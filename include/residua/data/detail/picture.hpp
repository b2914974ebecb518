#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include <residua/config.hpp>
#include <residua/data/random.hpp>

/// \file
/// The painter of the built-in pictures. Integers only, so that a picture has the same bytes on every machine.
/// Lengths are in subpixels, 1/256 of a pixel; coordinates of a figure are in 1/4096 of its radius.

namespace residua::detail::inline RESIDUA_ISA {

inline constexpr int picture_side = 32;
inline constexpr int picture_channels = 3;
inline constexpr int picture_pixels = picture_side * picture_side;
inline constexpr int subpixels = 256;
inline constexpr int radius_one = 4096;

enum class Figure { disc, ring, square, frame, triangle, cross, rows, columns, checkerboard, dots };

using Colour = std::array<int, picture_channels>;

/// A direction, 1 = radius_one.
struct Direction {
    int cosine;
    int sine;
};

/// Half the angle has the tangent k / 256; k = -256 ... 256 covers -90 ... 90 degrees.
constexpr Direction direction(int k) {
    const int sum = 256 * 256 + k * k;
    return {(256 * 256 - k * k) * (radius_one / 16) / (sum / 16), 2 * 256 * k * (radius_one / 16) / (sum / 16)};
}

/// A figure and where it stands.
struct Placement {
    Figure figure;
    int x;
    int y;
    int radius;
    Direction turn;
    int period;  ///< of a texture, in figure coordinates
    int phase;
    bool round_patch;  ///< outline of a texture
};

constexpr bool has_texture(Figure figure) { return figure >= Figure::rows; }

constexpr bool lit(int coordinate, int period) { return coordinate % period < period / 2; }

/// Whether the texture is lit at (u, v), both >= 0.
constexpr bool texture_covers(Figure figure, int u, int v, int period) {
    switch (figure) {
        case Figure::rows:
            return lit(v, period);
        case Figure::columns:
            return lit(u, period);
        case Figure::checkerboard:
            return lit(u, period) != lit(v, period);
        default: {
            const int du = u % period - period / 2;
            const int dv = v % period - period / 2;
            return 10 * (du * du + dv * dv) < period * period;
        }
    }
}

/// Whether the figure covers the point (u, v) of its own coordinates.
constexpr bool covers(const Placement& at, int u, int v) {
    const int far = std::max(std::abs(u), std::abs(v));
    const int near = std::min(std::abs(u), std::abs(v));
    if (far >= radius_one) return false;
    const int square = u * u + v * v;
    constexpr int one = radius_one * radius_one;
    switch (at.figure) {
        case Figure::disc:
            return square < one;
        case Figure::ring:
            return square < one && 10 * (square / 16) > 3 * (one / 16);
        case Figure::square:
            return far < 3400;
        case Figure::frame:
            return far < 3600 && far > 1900;
        case Figure::triangle:
            return v > -radius_one / 2 && v + std::abs(u) * 7 / 4 < radius_one;
        case Figure::cross:
            return near < 1100;
        default:
            return (at.round_patch ? square < one : far < 3600) &&
                   texture_covers(at.figure, u + at.phase, v + at.phase, at.period);
    }
}

/// How many of the 2 x 2 sample points of pixel (column, row) the figure covers.
constexpr int coverage(const Placement& at, int column, int row) {
    int covered = 0;
    for (int sample = 0; sample < 4; ++sample) {
        const int dx = column * subpixels + 64 + 128 * (sample % 2) - at.x;
        const int dy = row * subpixels + 64 + 128 * (sample / 2) - at.y;
        const int u = (at.turn.cosine * dx + at.turn.sine * dy) / at.radius;
        const int v = (at.turn.cosine * dy - at.turn.sine * dx) / at.radius;
        covered += covers(at, u, v) ? 1 : 0;
    }
    return covered;
}

constexpr Colour random_colour(RandomSequence& random) {
    return {random.between(0, 255), random.between(0, 255), random.between(0, 255)};
}

constexpr int difference(const Colour& a, const Colour& b) {
    return std::abs(a[0] - b[0]) + std::abs(a[1] - b[1]) + std::abs(a[2] - b[2]);
}

/// A colour that stands out from `other`, lighter or darker.
constexpr Colour contrasting_colour(RandomSequence& random, const Colour& other) {
    Colour colour = random_colour(random);
    while (difference(colour, other) < 200) colour = random_colour(random);
    return colour;
}

constexpr Placement random_placement(RandomSequence& random, Figure figure) {
    const bool upright = figure == Figure::rows || figure == Figure::columns;
    Placement at{};
    at.figure = figure;
    at.x = random.between(11 * subpixels, 21 * subpixels);
    at.y = random.between(11 * subpixels, 21 * subpixels);
    at.radius = has_texture(figure) ? random.between(9 * subpixels, 14 * subpixels)
                                    : random.between(7 * subpixels, 13 * subpixels);
    at.turn = direction(upright ? random.between(-40, 40) : random.between(-256, 256));
    const int widest = figure == Figure::dots ? 8 * subpixels : 6 * subpixels;  // dots need ground between them
    at.period = random.between(widest * 2 / 3, widest) * radius_one / at.radius;
    at.phase = 16 * radius_one + random.between(0, radius_one);
    at.round_patch = random.below(2) == 0;
    return at;
}

/// Speckles behind the figure: small discs and squares of any colour.
constexpr Placement random_speckle(RandomSequence& random) {
    Placement at{};
    at.figure = random.below(2) == 0 ? Figure::disc : Figure::square;
    at.x = random.between(0, picture_side * subpixels);
    at.y = random.between(0, picture_side * subpixels);
    at.radius = random.between(subpixels, 5 * subpixels / 2);
    at.turn = direction(random.between(-256, 256));
    return at;
}

/// One picture in the making; values per channel, row-major.
class Canvas {
  public:
    /// A ground that runs from one colour to another, downwards or to the right.
    constexpr void fill(const Colour& from, const Colour& to, bool downwards) {
        for (int i = 0; i < picture_pixels; ++i) {
            const int way = downwards ? i / picture_side : i % picture_side;
            for (std::size_t c = 0; c < from.size(); ++c) {
                at(c, i) = (from[c] * (picture_side - way) + to[c] * way) / picture_side;
            }
        }
    }

    constexpr void paint(const Placement& figure, const Colour& colour) {
        for (int i = 0; i < picture_pixels; ++i) {
            const int covered = coverage(figure, i % picture_side, i / picture_side);
            if (covered == 0) continue;
            for (std::size_t c = 0; c < colour.size(); ++c) {
                at(c, i) = (at(c, i) * (4 - covered) + colour[c] * covered) / 4;
            }
        }
    }

    /// Adds noise of the given standard deviation (binomial: 64 coins each) and rounds to bytes.
    constexpr void develop(RandomSequence& random, int deviation, std::span<std::uint8_t> dst) const {
        for (std::size_t i = 0; i < values_.size(); ++i) {
            const int noise = (std::popcount(random.bits()) - 32) * deviation / 4;
            dst[i] = static_cast<std::uint8_t>(std::clamp(values_[i] + noise, 0, 255));
        }
    }

  private:
    constexpr int& at(std::size_t c, int i) {
        return values_[c * static_cast<std::size_t>(picture_pixels) + static_cast<std::size_t>(i)];
    }

    std::array<int, static_cast<std::size_t>(picture_channels) * picture_pixels> values_{};
};

constexpr void paint_picture(Figure figure, RandomSequence random, std::span<std::uint8_t> dst) {
    Canvas canvas;
    const Colour ground = random_colour(random);
    Colour far_ground = ground;
    for (int& value : far_ground) value = std::clamp(value + random.between(-48, 48), 0, 255);
    canvas.fill(ground, far_ground, random.below(2) == 0);
    for (int speckles = random.between(0, 5); speckles > 0; --speckles) {
        const Placement speckle = random_speckle(random);
        canvas.paint(speckle, random_colour(random));
    }
    const Placement placement = random_placement(random, figure);
    canvas.paint(placement, contrasting_colour(random, ground));
    canvas.develop(random, random.between(4, 16), dst);
}

}  // namespace residua::detail::inline RESIDUA_ISA
