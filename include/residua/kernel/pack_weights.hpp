#pragma once

#include <residua/config.hpp>
#include <residua/plan/layout.hpp>

namespace residua::detail {

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

/// Writes dst in the given order, value(dst channel, src block, tap, channel of run); zeros for channels there are not.
template <class Value>
void pack_weights(const WeightOrder& order, float* dst, const Value& value) {
    for (int tile = 0; tile < order.tiles(); ++tile)
        for (int src_block = 0; src_block < order.src_blocks; ++src_block)
            for (int tap = 0; tap < order.taps; ++tap)
                for (int c = 0; c < order.run; ++c)
                    for (int lane = 0; lane < order.dst_blocks * channel_block; ++lane, ++dst) {
                        const int channel = tile * order.dst_blocks * channel_block + lane;
                        *dst = channel < order.dst_channels ? value(channel, src_block, tap, c) : 0.0f;
                    }
}

}  // namespace residua::detail
