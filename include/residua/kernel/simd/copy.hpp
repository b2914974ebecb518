#pragma once

#include <algorithm>

#include <residua/kernel/view.hpp>
#include <residua/simd/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Copies a map, or adds it to another.
/// Shapes: alike, blocked. Reads: src. Writes: dst, or adds to it if `accumulates`. Requires: 64-byte alignment.
template <bool accumulates>
void copy_map(const MapView<const float>& src, const MapView<float>& dst) {
    const int columns = src.layout.shape.w * channel_block;
    for (int block = 0; block < src.layout.blocks(); ++block)
        for (int row = 0; row < src.layout.shape.h; ++row) {
            const float* from = src.at(block, row);
            float* to = dst.at(block, row);
            for (int i = 0; i < columns; i += channel_block) {
                Pack value = Pack::load(from + i);
                if constexpr (accumulates) value += Pack::load(to + i);
                value.store(to + i);
            }
        }
}

/// Copies `count` channels, of which either side has the first anywhere in a block.
/// Shapes: maps of the same rows and columns, blocked. Reads: src. Writes: dst, rows [first, last) of these channels,
/// and zeros in the lanes behind its last channel with it. Requires: 64-byte alignment.
inline void copy_channels(const MapView<const float>& src, int from, const MapView<float>& dst, int to, int count,
                          int first, int last) {
    for (int done = 0; done < count;) {
        const int from_lane = (from + done) % channel_block;
        const int to_lane = (to + done) % channel_block;
        const int run = std::min({channel_block - from_lane, channel_block - to_lane, count - done});
        for (int row = first; row < last; ++row) {
            const float* read = src.at((from + done) / channel_block, row) + from_lane;
            float* write = dst.at((to + done) / channel_block, row) + to_lane;
            for (int column = 0; column < dst.layout.shape.w; ++column)
                std::copy_n(read + column * channel_block, run, write + column * channel_block);
        }
        done += run;
    }
    const int end = to + count;
    if (end < dst.layout.shape.c || !is_partial(end)) return;
    for (int row = first; row < last; ++row)
        for (int column = 0; column < dst.layout.shape.w; ++column)
            std::fill_n(dst.at(end / channel_block, row, column) + end % channel_block,
                        channel_block - end % channel_block, 0.0f);
}

}  // namespace residua::detail::inline RESIDUA_ISA
