#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace residua {

/// A decoded image: 8-bit sRGB values, [row][column][3], red first.
struct RgbImage {
    int height = 0;
    int width = 0;
    std::vector<std::uint8_t> pixels;
};

namespace detail {

inline constexpr std::size_t rgb_channels = 3;

/// Values of a row, or of an image.
inline std::size_t rgb_size(int height, int width) {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * rgb_channels;
}

inline std::span<const std::uint8_t> row_of(const RgbImage& image, int row) {
    return std::span(image.pixels).subspan(rgb_size(row, image.width), rgb_size(1, image.width));
}

inline std::span<std::uint8_t> row_of(RgbImage& image, int row) {
    return std::span(image.pixels).subspan(rgb_size(row, image.width), rgb_size(1, image.width));
}

/// A black image.
inline RgbImage rgb_image(int height, int width) {
    return {height, width, std::vector<std::uint8_t>(rgb_size(height, width))};
}

}  // namespace detail
}  // namespace residua
