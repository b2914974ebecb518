#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <residua/config.hpp>

namespace residua::inline RESIDUA_ISA {

/// A decoded image: 8-bit sRGB values, [row][column][3], red first.
struct RgbImage {
    int height = 0;
    int width = 0;
    std::vector<std::uint8_t> pixels;
};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

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

/// How much of the grey of a pixel comes from each channel, in 1/65536: ITU-R 601's luma, as Pillow's "L" has it.
inline constexpr std::array<std::uint32_t, rgb_channels> grey_shares{19595, 38470, 7471};

/// The grey of a pixel, rounded; of one that is grey already the value itself.
inline std::uint8_t grey(const std::uint8_t* rgb) {
    std::uint32_t sum = 1U << 15U;
    for (std::size_t c = 0; c < rgb_channels; ++c) sum += grey_shares[c] * rgb[c];
    return static_cast<std::uint8_t>(sum >> 16U);
}

/// A black image.
inline RgbImage rgb_image(int height, int width) {
    return {height, width, std::vector<std::uint8_t>(rgb_size(height, width))};
}

}  // namespace residua::detail::inline RESIDUA_ISA
