#pragma once

#include <residua/geometry/patches.hpp>
#include <residua/kernel/simd/winograd_transforms.hpp>
#include <residua/simd/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Transforms 3x3 kernels and packs the tiles [first, last) of dst blocks for winograd_conv.
/// Shapes: `load(dst block, src block, kernels)` fills kernels [channel of src block][tap][channel of dst block], taps
/// row by row, zeros for channels there are not; dst [tile][position][src block][channel][dst block of tile][16], `dst`
/// is where the first of all tiles begins. Writes: dst. Requires: 64-byte aligned dst.
template <int m, class Load>
void pack_winograd_weights(int src_blocks, int dst_blocks, int first, int last, float* dst, const Load& load) {
    constexpr int taps = 9;
    alignas(alignment) float kernels[channel_block * taps * channel_block];
    const long row = 1L * dst_blocks * channel_block;
    const long position_step = 1L * src_blocks * channel_block * row;
    for (int tile = first; tile < last; ++tile)
        for (int src_block = 0; src_block < src_blocks; ++src_block)
            for (int block = 0; block < dst_blocks; ++block) {
                load(tile * dst_blocks + block, src_block, kernels);
                float* to = dst + tile * position_count(m) * position_step + src_block * channel_block * row +
                            block * channel_block;
                for (int c = 0; c < channel_block; ++c, to += row)
                    detail::transform_kernels<m>(kernels + c * taps * channel_block, to, position_step);
            }
}

/// Packs the tiles [first, last) of dst blocks of 3x3 kernels that winograd_conv is to transform.
/// Shapes: `load(dst block, src block, to, step)` fills to [channel of src block][tap][channel of dst block] with
/// `step` floats from channel to channel, taps row by row, zeros for channels there are not; dst [tile][src
/// block][channel][dst block of tile][tap][16], where the first of all tiles begins. Writes: dst. Requires: 64-byte
/// aligned dst.
template <class Load>
void pack_bare_weights(int src_blocks, int dst_blocks, int first, int last, float* dst, const Load& load) {
    constexpr long kernel = 9 * channel_block;
    const long step = dst_blocks * kernel;
    float* to = dst + 1L * first * src_blocks * channel_block * step;
    for (int tile = first; tile < last; ++tile)
        for (int src_block = 0; src_block < src_blocks; ++src_block, to += channel_block * step)
            for (int block = 0; block < dst_blocks; ++block)
                load(tile * dst_blocks + block, src_block, to + block * kernel, step);
}

}  // namespace residua::detail::inline RESIDUA_ISA
