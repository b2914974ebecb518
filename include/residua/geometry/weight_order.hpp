#pragma once

#include <residua/geometry/layout.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Order of a direct convolution's weights in memory: [tile][src block][tap][channel of run][dst block of tile][16].
struct WeightOrder {
    int dst_channels = 0;
    int dst_blocks = 1;  ///< of a tile
    int src_blocks = 1;
    int taps = 1;
    int run = channel_block;

    [[nodiscard]] constexpr int tiles() const { return block_count(dst_channels) / dst_blocks; }
    [[nodiscard]] constexpr long tile_count() const {
        return 1L * src_blocks * taps * run * dst_blocks * channel_block;
    }
    [[nodiscard]] constexpr long count() const { return tiles() * tile_count(); }
};

}  // namespace residua::detail::inline RESIDUA_ISA
