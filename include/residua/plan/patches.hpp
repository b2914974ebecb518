#pragma once

#include <algorithm>

#include <residua/config.hpp>
#include <residua/shape/chw.hpp>

/// \file
/// How minimal filtering (kernel/simd/winograd.hpp) cuts a map: into patches of m x m results, row by row, image by
/// image; groups of patches go through its products together.

namespace residua {

/// Values that stand for one patch between the transforms.
constexpr int position_count(int m) { return (m + 2) * (m + 2); }

/// Patches of one image.
constexpr int patch_count(Chw dst, int m) { return ((dst.h + m - 1) / m) * ((dst.w + m - 1) / m); }

/// Distance of the patches' blocks in memory, in blocks: odd, or the rows of a matrix fall into few sets of the cache.
constexpr int patch_spread(int group) { return group | 1; }

/// Blocks of dst channels whose results are in memory at a time, at most.
inline constexpr int most_tile_blocks = 2;

/// Floats of memory for the transformed source and, of one tile of dst blocks, the results of a group of patches.
constexpr long winograd_scratch(int m, int src_blocks, int group) {
    return 1L * position_count(m) * (src_blocks + most_tile_blocks) * patch_spread(group) * channel_block;
}

/// Patches a group: as many as leave the weights some room in the second-level cache (measured best from 200 KB to
/// 1 MB), but enough to fill the registers, and all groups of an image alike.
constexpr int patch_group(int m, int src_blocks, int patches) {
    constexpr long room = 160 * 1024;  // floats
    constexpr int fewest = 16;
    const long most = std::max(1L * fewest, room / winograd_scratch(m, src_blocks, 1));
    const long groups = (patches + most - 1) / most;
    return static_cast<int>((patches + groups - 1) / groups);
}

}  // namespace residua
