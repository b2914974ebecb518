#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include <residua/config.hpp>
#include <residua/data/random.hpp>

namespace residua::inline RESIDUA_ISA {

/// How images may be changed in training: shifted by up to `padding` pixels in both directions (that is, zeros around
/// them and a random crop of the old size), mirrored or not. The paper's section 4.2 has 4 pixels and mirrors.
struct Augmentation {
    int padding = 4;
    bool mirror = true;
};

/// One way to change an image: dst(row, column) = src(row + down, column + right), mirrored if asked, 0 outside.
struct AugmentationChoice {
    int down = 0;
    int right = 0;
    bool mirrored = false;
};

/// The choice for record `record` in epoch `epoch`, whatever came before it.
inline AugmentationChoice choose(const Augmentation& augmentation, std::uint64_t seed, std::uint64_t epoch,
                                 std::uint32_t record) {
    const detail::Random random(seed, detail::Stream::augmentation, epoch);
    const auto shifts = static_cast<std::uint32_t>(2 * augmentation.padding + 1);
    const std::uint64_t first = std::uint64_t{3} * record;
    return {static_cast<int>(random.below(shifts, first)) - augmentation.padding,
            static_cast<int>(random.below(shifts, first + 1)) - augmentation.padding,
            augmentation.mirror && random.below(2, first + 2) == 1};
}

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// One row: dst[column] = src[column + right], 0 outside. Spans of equal size.
inline void shift_row(std::span<const float> src, int right, std::span<float> dst) {
    const int width = static_cast<int>(src.size());
    const auto first = std::clamp(-right, 0, width);
    const auto last = std::max(first, std::clamp(width - right, 0, width));
    std::fill(dst.begin(), dst.begin() + first, 0.0F);
    if (first < last) std::copy(src.begin() + first + right, src.begin() + last + right, dst.begin() + first);
    std::fill(dst.begin() + last, dst.end(), 0.0F);
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Changes one normalised image, planar [channel][row][column]. `src` and `dst` have the same size, a multiple of
/// height x width, and do not overlap. Padding comes after normalisation, so it is the mean colour.
inline void augment(std::span<const float> src, int height, int width, const AugmentationChoice& choice,
                    std::span<float> dst) {
    const auto row_size = static_cast<std::size_t>(width);
    const auto rows = src.size() / row_size;
    for (std::size_t row = 0; row < rows; ++row) {
        const auto dst_row = dst.subspan(row * row_size, row_size);
        const int in_plane = static_cast<int>(row % static_cast<std::size_t>(height));
        const int from = in_plane + choice.down;
        if (from < 0 || from >= height) {
            std::fill(dst_row.begin(), dst_row.end(), 0.0F);
            continue;
        }
        const auto from_row = row - static_cast<std::size_t>(in_plane) + static_cast<std::size_t>(from);
        detail::shift_row(src.subspan(from_row * row_size, row_size), choice.right, dst_row);
        if (choice.mirrored) std::reverse(dst_row.begin(), dst_row.end());
    }
}

}  // namespace residua::inline RESIDUA_ISA
