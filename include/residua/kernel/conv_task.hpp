#pragma once

#include <cstddef>

#include <residua/geometry/window.hpp>
#include <residua/kernel/ahead.hpp>
#include <residua/kernel/view.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What a convolution does for one image. A source pixel is a run of channels that lie side by side; every tap of the
/// kernel is an offset from the output pixel's corner in the source, so strides, dilations and parts of a kernel are
/// all lists of taps.
struct ConvTask {
    const float* src = nullptr;  ///< first source pixel of output row 0, column 0
    std::ptrdiff_t src_block = 0;
    std::ptrdiff_t src_row = 0;  ///< step in the source from one output row to the next
    const std::ptrdiff_t* taps = nullptr;
    int tap_count = 0;
    int src_blocks = 0;
    const float* weight = nullptr;  ///< [tile of dst blocks][src block][tap][channel of run][dst block of tile][16]
    float* dst = nullptr;
    std::ptrdiff_t dst_block = 0;
    std::ptrdiff_t dst_row = 0;
    std::ptrdiff_t dst_pixel = 0;
    int first_column = 0;
    int last_column = 0;
    int first_row = 0;
    int last_row = 0;
    int first_tile = 0;  ///< tiles of dst blocks
    int last_tile = 0;
    Ahead* ahead = nullptr;
};

/// Numbers [first, last).
struct Pieces {
    int first = 0;
    int last = 0;
};

/// Packed weights, and the offsets of the taps that they belong to.
struct PackedTaps {
    const float* weight = nullptr;
    const std::ptrdiff_t* taps = nullptr;
    int count = 0;
};

/// Part of a result: pixels and tiles of channels.
struct ConvPart {
    Pieces rows{};
    Pieces columns{};
    Pieces tiles{};
};

/// A convolution of `src`, whose frame holds the window's padding, to `dst`.
inline ConvTask conv_task(const MapView<const float>& src, const Window& window, const PackedTaps& packed,
                          const MapView<float>& dst, const ConvPart& part, Ahead* ahead = nullptr) {
    return {.src = src.at(0, -window.padding, -window.padding),
            .src_block = src.block_step(),
            .src_row = window.stride * src.row_step(),
            .taps = packed.taps,
            .tap_count = packed.count,
            .src_blocks = src.layout.blocks(),
            .weight = packed.weight,
            .dst = dst.at(0, 0),
            .dst_block = dst.block_step(),
            .dst_row = dst.row_step(),
            .dst_pixel = channel_block,
            .first_column = part.columns.first,
            .last_column = part.columns.last,
            .first_row = part.rows.first,
            .last_row = part.rows.last,
            .first_tile = part.tiles.first,
            .last_tile = part.tiles.last,
            .ahead = ahead};
}

/// A linear layer: the images of a batch, `images` of them, are the columns of one row.
inline ConvTask linear_task(const MapView<const float>& src, const PackedTaps& packed, const MapView<float>& dst,
                            int images, Pieces tiles) {
    return {.src = src.at(0, 0),
            .src_block = src.block_step(),
            .taps = packed.taps,
            .tap_count = packed.count,
            .src_blocks = src.layout.blocks(),
            .weight = packed.weight,
            .dst = dst.at(0, 0),
            .dst_block = dst.block_step(),
            .dst_pixel = dst.layout.count(),
            .last_column = images,
            .last_row = 1,
            .first_tile = tiles.first,
            .last_tile = tiles.last};
}

/// The pixels of a source's gradient that lie `stride` apart from (row, column) on, from the gradient of the result.
inline ConvTask phase_task(const MapView<const float>& grad, const PackedTaps& packed, const MapView<float>& grad_src,
                           int stride, int row, int column, int tiles, Ahead* ahead) {
    const auto pixels = [&](int size, int first) { return (size - first + stride - 1) / stride; };
    const Chw shape = grad_src.layout.shape;
    return {.src = grad.at(0, 0),
            .src_block = grad.block_step(),
            .src_row = grad.row_step(),
            .taps = packed.taps,
            .tap_count = packed.count,
            .src_blocks = grad.layout.blocks(),
            .weight = packed.weight,
            .dst = grad_src.at(0, row, column),
            .dst_block = grad_src.block_step(),
            .dst_row = stride * grad_src.row_step(),
            .dst_pixel = std::ptrdiff_t{stride} * channel_block,
            .last_column = pixels(shape.w, column),
            .last_row = pixels(shape.h, row),
            .last_tile = tiles,
            .ahead = ahead};
}

}  // namespace residua::detail::inline RESIDUA_ISA
