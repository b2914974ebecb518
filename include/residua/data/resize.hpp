#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <residua/data/rgb_image.hpp>
#include <residua/on_error.hpp>

namespace residua::inline RESIDUA_ISA {

/// Sides of an image.
struct ImageSize {
    int height = 0;
    int width = 0;

    friend bool operator==(const ImageSize&, const ImageSize&) = default;
};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

inline void check_sides(int shortest) {
    if (shortest >= 1) return;
    detail::raise(std::invalid_argument("resize: expected sides of at least 1, found " + std::to_string(shortest)));
}

/// How the values along one side of an image become those of a shorter or longer one: each is a mean of its old
/// neighbours, with weights that fall off linearly from its centre (a triangle), the slower the more the side shrinks.
class TriangleFilter {
  public:
    static constexpr int bits = 22;  ///< weights are multiples of 2^-22, so that a sum of bytes fits 32 bits

    /// For values begin ... begin + count - 1 of a side of `to`, made from a side of `from`.
    TriangleFilter(int from, int to, int begin, int count) {
        const double scale = static_cast<double>(from) / to;
        const double reach = std::max(scale, 1.0);
        int end = 0;
        for (int i = begin; i < begin + count; ++i) {
            const double centre = (i + 0.5) * scale;
            const int first = std::max(0, static_cast<int>(centre - reach + 0.5));
            end = std::min(from, static_cast<int>(centre + reach + 0.5));
            starts_.push_back({first, static_cast<int>(weights_.size())});
            append_weights(first, end, centre, reach);
        }
        starts_.push_back({end, static_cast<int>(weights_.size())});
    }

    int count() const { return static_cast<int>(starts_.size()) - 1; }
    int begin() const { return starts_.front().first; }  ///< the first neighbour of all values
    int end() const { return starts_.back().first; }     ///< behind the last neighbour of all values

    /// The first neighbour of value `begin + i`.
    int first(int i) const { return starts_[static_cast<std::size_t>(i)].first; }

    /// The weights of its neighbours, `first(i)` and those behind it.
    std::span<const std::int32_t> weights(int i) const {
        const int begin = starts_[static_cast<std::size_t>(i)].weight;
        const int end = starts_[static_cast<std::size_t>(i) + 1].weight;
        return std::span(weights_).subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
    }

    /// A weighted sum as a byte.
    static std::uint8_t rounded(std::int32_t sum) {
        return static_cast<std::uint8_t>(std::min(255, (sum + (1 << (bits - 1))) >> bits));
    }

  private:
    struct Start {
        int first;
        int weight;
    };

    void append_weights(int first, int last, double centre, double reach) {
        const auto height = [&](int x) { return std::max(0.0, 1.0 - std::abs(x + 0.5 - centre) / reach); };
        double sum = 0.0;
        for (int x = first; x < last; ++x) sum += height(x);
        for (int x = first; x < last; ++x) {
            weights_.push_back(static_cast<std::int32_t>(std::lround(height(x) / sum * (1 << bits))));
        }
    }

    std::vector<Start> starts_;  ///< of all values, and where the last one's neighbours end
    std::vector<std::int32_t> weights_;
};

/// Rows first ... last - 1 of the image, each resized.
inline RgbImage resized_rows(const RgbImage& image, int first, int last, const TriangleFilter& columns) {
    RgbImage result = rgb_image(last - first, columns.count());
    for (int row = first; row < last; ++row) {
        const auto src = row_of(image, row);
        const auto dst = row_of(result, row - first);
        for (int column = 0; column < columns.count(); ++column) {
            std::int32_t red = 0;
            std::int32_t green = 0;
            std::int32_t blue = 0;
            const std::uint8_t* in = &src[rgb_size(1, columns.first(column))];
            for (const std::int32_t weight : columns.weights(column)) {
                red += weight * in[0];
                green += weight * in[1];
                blue += weight * in[2];
                in += rgb_channels;
            }
            std::uint8_t* const out = &dst[rgb_size(1, column)];
            out[0] = TriangleFilter::rounded(red);
            out[1] = TriangleFilter::rounded(green);
            out[2] = TriangleFilter::rounded(blue);
        }
    }
    return result;
}

/// Resizes the columns of an image that begins with the filter's first neighbour.
inline RgbImage resized_columns(const RgbImage& image, const TriangleFilter& rows) {
    RgbImage result = rgb_image(rows.count(), image.width);
    std::vector<std::int32_t> sums(rgb_size(1, image.width));
    for (int row = 0; row < rows.count(); ++row) {
        std::fill(sums.begin(), sums.end(), 0);
        int from = rows.first(row) - rows.begin();
        for (const std::int32_t weight : rows.weights(row)) {
            const auto src = row_of(image, from++);
            for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += weight * src[i];
        }
        std::transform(sums.begin(), sums.end(), row_of(result, row).begin(), TriangleFilter::rounded);
    }
    return result;
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The part of `size` at row `top` and column `left` of what `resized` makes of an image, without the rest. Throws
/// std::invalid_argument unless all sides are at least 1; the part must lie inside.
inline RgbImage resized_part(const RgbImage& image, ImageSize resized_to, int top, int left, ImageSize size) {
    detail::check_sides(std::min({image.height, image.width, size.height, size.width}));
    const detail::TriangleFilter rows(image.height, resized_to.height, top, size.height);
    const detail::TriangleFilter columns(image.width, resized_to.width, left, size.width);
    return detail::resized_columns(detail::resized_rows(image, rows.begin(), rows.end(), columns), rows);
}

/// The image at another size: bilinear, and where it shrinks over as many pixels as fall together (antialiased), as
/// Pillow's BILINEAR does. Values are rounded to bytes after the rows and after the columns. Throws
/// std::invalid_argument unless all sides are at least 1.
inline RgbImage resized(const RgbImage& image, int height, int width) {
    return resized_part(image, {height, width}, 0, 0, {height, width});
}

/// The size at which the shorter side is `side` and the aspect is kept, the longer side rounded down. Throws
/// std::invalid_argument unless all sides are at least 1 and the longer one then fits an int.
inline ImageSize size_with_shorter_side(ImageSize size, int side) {
    const int shorter = std::min(size.height, size.width);
    detail::check_sides(std::min(shorter, side));
    const auto scaled = [&](int length) {
        const std::int64_t exact = std::int64_t{length} * side / shorter;
        constexpr std::int64_t longest = std::numeric_limits<int>::max();
        if (exact <= longest) return static_cast<int>(exact);
        detail::raise(std::invalid_argument("resize: expected sides of at most " + std::to_string(longest) +
                                            ", found " + std::to_string(exact)));
    };
    return {scaled(size.height), scaled(size.width)};
}

/// The image with a shorter side of `side` pixels and its aspect. Throws std::invalid_argument unless all sides are at
/// least 1.
inline RgbImage with_shorter_side(const RgbImage& image, int side) {
    const ImageSize size = size_with_shorter_side({image.height, image.width}, side);
    return resized(image, size.height, size.width);
}

}  // namespace residua::inline RESIDUA_ISA
