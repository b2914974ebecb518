#pragma once

#include <residua/geometry/weight_order.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Packs the tiles [first, last). `load(dst block, src block, to, step)` writes sixteen weights, of the channels of the
/// dst block, for each tap and channel of the run, each sixteen `step` floats behind the ones before; zeros for
/// channels there are not. `dst` is where the first of all tiles begins.
template <class Load>
void pack_weights(const WeightOrder& order, int first, int last, float* dst, const Load& load) {
    const long step = 1L * order.dst_blocks * channel_block;
    float* to = dst + first * order.tile_count();
    for (int tile = first; tile < last; ++tile)
        for (int src_block = 0; src_block < order.src_blocks; ++src_block, to += order.taps * order.run * step)
            for (int block = 0; block < order.dst_blocks; ++block)
                load(tile * order.dst_blocks + block, src_block, to + block * channel_block, step);
}

}  // namespace residua::detail::inline RESIDUA_ISA
