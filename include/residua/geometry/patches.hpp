#pragma once

#include <algorithm>

#include <residua/config.hpp>
#include <residua/geometry/chw.hpp>
#include <residua/geometry/layout.hpp>

/// \file
/// How minimal filtering (kernel/simd/winograd.hpp) cuts a map: into patches of m x m results, row by row, image by
/// image; groups of patches go through its products together.

namespace residua::detail::inline RESIDUA_ISA {

/// Values that stand for one patch between the transforms.
constexpr int position_count(int m) { return (m + 2) * (m + 2); }

/// Patches of one image.
constexpr int patch_count(Chw dst, int m) { return ((dst.h + m - 1) / m) * ((dst.w + m - 1) / m); }

/// Floats of the transformed weights of a convolution.
constexpr long winograd_weight_floats(int m, int src_channels, int dst_channels) {
    return 1L * position_count(m) * block_count(src_channels) * block_count(dst_channels) * channel_block *
           channel_block;
}

/// Distance of the patches' blocks in memory, in blocks: odd, or the rows of a matrix fall into few sets of the cache.
constexpr int patch_spread(int group) { return group | 1; }

/// Blocks of dst channels whose results are in memory at a time, at most.
inline constexpr int most_tile_blocks = 2;

/// Floats of memory for the transformed source and, of one tile of dst blocks, the results of a group of patches.
constexpr long winograd_scratch(int m, int src_blocks, int group) {
    return 1L * position_count(m) * (src_blocks + most_tile_blocks) * patch_spread(group) * channel_block;
}

/// Source blocks of a tile's bare weights that are transformed at a time: their products with a group's patches follow
/// while they are in the second-level cache.
inline constexpr int bare_blocks = 4;

/// Distance of the positions of transformed bare weights in memory, in floats: one cache line more than they take, or
/// all positions of a kernel fall into few sets of the cache.
constexpr long bare_position_step(int src_blocks, int dst_blocks) {
    return (1L * src_blocks * channel_block * dst_blocks + 1) * channel_block;
}

/// Rows of positions for which bare weights are transformed at a time: a kernel's, or half of them. They share the
/// arithmetic along one axis.
constexpr int bare_rows(int m) { return m == 2 ? 4 : 3; }

/// Floats of memory for bare weights while they are transformed.
constexpr long bare_scratch(int m) {
    return bare_rows(m) * (m + 2) * bare_position_step(bare_blocks, most_tile_blocks);
}

/// Floats of bare weights.
constexpr long bare_weight_floats(int src_channels, int dst_channels) {
    return 9L * block_count(src_channels) * block_count(dst_channels) * channel_block * channel_block;
}

/// Patches that pay in a group: enough to fill the registers, more where the weights are too large for any cache near.
constexpr int fewest_patches(int src_blocks) {
    constexpr int large_blocks = 16;
    return src_blocks >= large_blocks ? 64 : 16;
}

/// Patches a group: as many as leave the weights some room in the second-level cache (measured best from 200 KB to
/// 1 MB), but as many as pay, and all groups alike.
constexpr int patch_group(int m, int src_blocks, int patches) {
    constexpr long room = 160 * 1024;  // floats
    const long most = std::max<long>(fewest_patches(src_blocks), room / winograd_scratch(m, src_blocks, 1));
    const long groups = (patches + most - 1) / most;
    return static_cast<int>((patches + groups - 1) / groups);
}

/// Images whose patches a group needs to hold as many as pay: small maps have few. The weights are then fetched once
/// for all of these images.
constexpr int images_together(int m, int src_blocks, Chw dst) {
    const int patches = patch_count(dst, m);
    return std::max(1, (fewest_patches(src_blocks) + patches - 1) / patches);
}

/// Floats of memory for the transformed source and gradient of a group of patches.
constexpr long winograd_weight_scratch(int m, int src_blocks, int dst_blocks, int group) {
    return 1L * position_count(m) * (src_blocks + dst_blocks) * patch_spread(group) * channel_block;
}

/// Floats of the sums of a tile of these products, one block of the source and some of the gradient, that are taken
/// back to kernels together.
constexpr long winograd_tile_sums(int m) {
    return 1L * position_count(m) * most_tile_blocks * channel_block * channel_block;
}

/// Patches, of one or more images, whose products are summed at a time for the gradient of the weights: as many as stay
/// in the second-level cache, but enough to make up for fetching and storing the sums; whole images, or equal parts of
/// one.
constexpr int gradient_patch_group(int m, int src_blocks, int dst_blocks, int patches) {
    constexpr long room = 160 * 1024;  // floats
    const long balance = 1L * channel_block * src_blocks * dst_blocks / (src_blocks + dst_blocks);
    const long most = std::max(balance, room / winograd_weight_scratch(m, src_blocks, dst_blocks, 1));
    if (most >= patches) return static_cast<int>(most / patches * patches);
    const long groups = (patches + most - 1) / most;
    return static_cast<int>((patches + groups - 1) / groups);
}

}  // namespace residua::detail::inline RESIDUA_ISA
