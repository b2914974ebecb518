#pragma once

#include <residua/kernel/pack_weights.hpp>
#include <residua/kernel/unroll.hpp>
#include <residua/plan/patches.hpp>
#include <residua/tensor/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The transform of a 3x3 kernel along one axis, for the points of Winograd<m>.
template <int m>
RESIDUA_INLINE void transform_kernel(const Pack (&g)[3], Pack (&u)[m + 2]);

template <>
RESIDUA_INLINE void transform_kernel<2>(const Pack (&g)[3], Pack (&u)[4]) {
    const Pack half = Pack::broadcast(0.5f);
    const Pack outer = (g[0] + g[2]) * half;
    const Pack inner = g[1] * half;
    u[0] = g[0];
    u[1] = outer + inner;
    u[2] = outer - inner;
    u[3] = g[2];
}

template <>
RESIDUA_INLINE void transform_kernel<4>(const Pack (&g)[3], Pack (&u)[6]) {
    const Pack sixth = Pack::broadcast(1.0f / 6.0f);
    const Pack outer = (g[0] + g[2]) * -sixth;
    const Pack inner = g[1] * sixth;
    const Pack far_outer = fma(g[0], Pack::broadcast(1.0f / 24.0f), g[2] * sixth);
    const Pack far_inner = g[1] * Pack::broadcast(1.0f / 12.0f);
    u[0] = g[0] * Pack::broadcast(0.25f);
    u[1] = outer - inner;
    u[2] = outer + inner;
    u[3] = far_outer + far_inner;
    u[4] = far_outer - far_inner;
    u[5] = g[2];
}

/// Sixteen 3x3 kernels, transformed along both axes and spread over the positions.
template <int m>
RESIDUA_INLINE void transform_kernels(const float* kernels, float* dst, long position_step) {
    constexpr int size = m + 2;
    Pack values[size][3];
    unroll<3>([&](auto column) {
        Pack g[3];
        Pack u[size];
        unroll<3>([&](auto row) { g[row] = Pack::load(kernels + (row * 3 + column) * channel_block); });
        transform_kernel<m>(g, u);
        unroll<size>([&](auto row) { values[row][column] = u[row]; });
    });
    unroll<size>([&](auto row) {
        Pack u[size];
        transform_kernel<m>(values[row], u);
        unroll<size>([&](auto column) { u[column].store(dst + (row * size + column) * position_step); });
    });
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Floats of the transformed weights of a convolution.
constexpr long winograd_weight_floats(int m, int src_channels, int dst_channels) {
    return 1L * position_count(m) * block_count(src_channels) * block_count(dst_channels) * channel_block *
           channel_block;
}

/// Transforms 3x3 kernels and packs them for winograd_conv.
/// Shapes: value(dst channel, src channel, tap) for channels there are, taps row by row; dst [tile of dst blocks]
/// [position][src block][channel][dst block of tile][16]. Writes: dst, zeros for channels there are not.
/// Requires: 64-byte aligned dst; dst blocks that the tiles divide evenly.
template <int m, class Value>
void pack_winograd_weights(int src_channels, int dst_channels, int dst_blocks, float* dst, const Value& value) {
    constexpr int taps = 9;
    const int src_padded = block_count(src_channels) * channel_block;
    const long row = 1L * dst_blocks * channel_block;
    for (int block = 0; block < block_count(dst_channels); ++block) {
        float* to =
            dst + block / dst_blocks * position_count(m) * src_padded * row + block % dst_blocks * channel_block;
        for (int c = 0; c < src_padded; ++c, to += row) {
            alignas(alignment) float kernels[taps * channel_block] = {};
            for (int lane = 0; lane < channel_block; ++lane) {
                const int channel = block * channel_block + lane;
                if (channel >= dst_channels || c >= src_channels) break;
                for (int tap = 0; tap < taps; ++tap) kernels[tap * channel_block + lane] = value(channel, c, tap);
            }
            detail::transform_kernels<m>(kernels, to, src_padded * row);
        }
    }
}

}  // namespace residua::inline RESIDUA_ISA
