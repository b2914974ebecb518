#pragma once

#include <algorithm>

#include <residua/graph/window.hpp>
#include <residua/plan/layout.hpp>
#include <residua/plan/patches.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Which instance of the direct convolution computes a shape: a tile of `dst_blocks` x `width` accumulators, source
/// pixels with `run` channels that stand `pixel` floats apart. With one tap a kernel passes over its source so quickly
/// that it has to fetch the next block ahead.
struct Tiling {
    int dst_blocks = 1;
    int width = 1;
    int run = channel_block;
    int pixel = channel_block;
    bool one_tap = false;

    friend constexpr bool operator==(const Tiling&, const Tiling&) = default;
};

/// Blocks of 16 sums that fit into the registers beside what they are multiplied with (`add_products`).
#if defined(__AVX512F__)
inline constexpr int accumulators = 28;
#elif defined(__AVX__)
inline constexpr int accumulators = 6;
#elif defined(__ARM_NEON)
inline constexpr int accumulators = 6;
#else
inline constexpr int accumulators = 3;
#endif

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

/// Whether the products of minimal filtering keep a block's 16 weights in registers (`block_products`): in tiles of one
/// block, if there is room beside them for sums enough to multiply without waiting.
constexpr bool keeps_weights(const Tiling& tiling) { return accumulators >= 28 && tiling.dst_blocks == 1; }

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

/// Blocks of gradients, if there are as many, whose products with the source are summed up in registers for a gradient
/// of weights: with two, every source value that is broadcast serves twice.
inline constexpr int product_blocks = accumulators >= 28 ? 2 : 1;

/// Source channels whose products with so many blocks stay in registers beside these blocks.
constexpr int product_channels(int tile_blocks) {
    constexpr int products = accumulators >= 28 ? 24 : (accumulators >= 6 ? 6 : 2);
    return products / tile_blocks;
}

}  // namespace residua::detail::inline RESIDUA_ISA
