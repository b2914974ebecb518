#pragma once

#include <algorithm>

#include <residua/kernel/view.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Zeroes the frame around a map.
/// Shapes: any. Writes: the halo of every block. Requires: nothing.
inline void clear_frame(const MapView<float>& map) {
    const Layout& layout = map.layout;
    if (layout.halo == 0) return;
    const std::ptrdiff_t band = layout.halo * layout.row();
    const std::ptrdiff_t side = std::ptrdiff_t{layout.halo} * layout.pixel();
    for (int block = 0; block < layout.blocks(); ++block) {
        float* first = map.data + block * map.block_step();
        std::fill_n(first, band + side, 0.0f);
        for (int row = 1; row < layout.shape.h; ++row)  // the end of one row and the start of the next touch
            std::fill_n(first + band + row * map.row_step() - side, 2 * side, 0.0f);
        std::fill_n(first + map.block_step() - band - side, band + side, 0.0f);
    }
}

/// Takes rows of one planar image into a map.
/// Shapes: src c x h x w; dst the same shape, packed or blocked.
/// Reads: src. Writes: dst's pixels of rows [first, last) (zeros for channels that fill up the last block). Requires:
/// nothing.
inline void load_planar(const float* src, const MapView<float>& dst, int first, int last) {
    const auto [c, h, w] = dst.layout.shape;
    const int pixel = dst.pixel_step();
    const std::ptrdiff_t plane = std::ptrdiff_t{h} * w;
    for (int block = 0; block < dst.layout.blocks(); ++block)
        for (int row = first; row < last; ++row)
            for (int lane = 0; lane < pixel; ++lane) {
                const int channel = block * channel_block + lane;
                float* to = dst.at(block, row) + lane;
                const float* from = src + channel * plane + std::ptrdiff_t{row} * w;
                for (int column = 0; column < w; ++column) to[column * pixel] = channel < c ? from[column] : 0.0f;
            }
}

/// Takes all of it.
inline void load_planar(const float* src, const MapView<float>& dst) { load_planar(src, dst, 0, dst.layout.shape.h); }

/// Takes a blocked map out as one planar image.
/// Shapes: src and dst c x h x w. Reads: src. Writes: dst. Requires: src blocked.
inline void store_planar(const MapView<const float>& src, float* dst) {
    const auto [c, h, w] = src.layout.shape;
    for (int channel = 0; channel < c; ++channel)
        for (int row = 0; row < h; ++row) {
            const float* from = src.at(channel / channel_block, row) + channel % channel_block;
            for (int column = 0; column < w; ++column) *dst++ = from[column * channel_block];
        }
}

}  // namespace residua::detail::inline RESIDUA_ISA
