#pragma once

#include <residua/config.hpp>

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

/// Whether the products of minimal filtering keep a block's 16 weights in registers (`block_products`): in tiles of one
/// block, if there is room beside them for sums enough to multiply without waiting.
constexpr bool keeps_weights(const Tiling& tiling) { return accumulators >= 28 && tiling.dst_blocks == 1; }

/// Blocks of gradients, if there are as many, whose products with the source are summed up in registers for a gradient
/// of weights: with two, every source value that is broadcast serves twice.
inline constexpr int product_blocks = accumulators >= 28 ? 2 : 1;

/// Source channels whose products with so many blocks stay in registers beside these blocks.
constexpr int product_channels(int tile_blocks) {
    constexpr int products = accumulators >= 28 ? 24 : (accumulators >= 6 ? 6 : 2);
    return products / tile_blocks;
}

}  // namespace residua::detail::inline RESIDUA_ISA
