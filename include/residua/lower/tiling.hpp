#pragma once

#include <algorithm>

#include <residua/geometry/layout.hpp>
#include <residua/geometry/patches.hpp>
#include <residua/geometry/window.hpp>
#include <residua/simd/tiling.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Blocks of dst channels a tile. They decide the order of the packed weights, so they do not depend on the size of the
/// map: a network for another size can share them. Two make 1 load an FMA into 1/2 and leave room for a wide tile.
constexpr int tile_blocks(int dst_channels) {
    return accumulators >= 6 && block_count(dst_channels) % most_tile_blocks == 0 ? most_tile_blocks : 1;
}

/// As wide as the registers allow, with as few columns computed twice as possible.
constexpr Tiling choose_tiling(int dst_channels, int columns, int run, int pixel, bool one_tap) {
    const int dst_blocks = tile_blocks(dst_channels);
    const int widest = accumulators / dst_blocks;
    const int tiles = (columns + widest - 1) / widest;
    return {dst_blocks, (columns + tiles - 1) / tiles, run, pixel, one_tap};
}

/// The tile of the products in a convolution by minimal filtering, with `group` patches for columns.
constexpr Tiling winograd_tiling(Chw dst, int group) {
    constexpr int beside_weights = 8;
    Tiling tiling = choose_tiling(dst.c, group, channel_block, channel_block, true);
    if (keeps_weights(tiling)) tiling.width = beside_weights;
    return tiling;
}

/// The tile of a forward convolution from `src` to `dst` channels and columns.
constexpr Tiling forward_tiling(const Layout& src, Chw dst, const Window& window) {
    const int run = src.packed ? src.shape.c * window.kernel_w : channel_block;
    return choose_tiling(dst.c, dst.w, run, window.stride * src.pixel(), !src.packed && window.taps() == 1);
}

/// The tile of the convolution that takes the gradient back: it reads the gradient of `dst` and writes that of `src`,
/// one of stride x stride interleaved phases at a time.
constexpr Tiling backward_tiling(Chw src, const Window& window) {
    return choose_tiling(src.c, (src.w + window.stride - 1) / window.stride, channel_block, channel_block,
                         window.taps() == 1);
}

}  // namespace residua::detail::inline RESIDUA_ISA
