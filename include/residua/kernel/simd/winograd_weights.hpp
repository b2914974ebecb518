#pragma once

#include <residua/kernel/simd/winograd.hpp>
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
    const Pack third = Pack::broadcast(1.0f / 3.0f);
    const Pack sixth = Pack::broadcast(1.0f / 6.0f);
    const Pack inner = g[1] * Pack::broadcast(Winograd<4>::far);
    const Pack near_outer = fma(g[0], third + third, g[2] * third);
    const Pack far_outer = fma(g[0], sixth, g[2] * third);
    u[0] = g[0];
    u[1] = -fma(inner, third, near_outer);
    u[2] = fma(inner, third, -near_outer);
    u[3] = fma(inner, sixth, far_outer);
    u[4] = fma(inner, -sixth, far_outer);
    u[5] = g[2];
}

/// Sixteen 3x3 kernels, transformed along both axes and spread over the positions.
template <int m>
RESIDUA_INLINE void transform_kernels(const float* kernels, float* dst, long position_step) {
    constexpr int size = m + 2;
    Pack values[size][3];
    unroll<3>([&](auto column) RESIDUA_INLINE_LAMBDA {
        Pack g[3];
        Pack u[size];
        unroll<3>([&](auto row)
                      RESIDUA_INLINE_LAMBDA { g[row] = Pack::load(kernels + (row * 3 + column) * channel_block); });
        transform_kernel<m>(g, u);
        unroll<size>([&](auto row) RESIDUA_INLINE_LAMBDA { values[row][column] = u[row]; });
    });
    unroll<size>([&](auto row) RESIDUA_INLINE_LAMBDA {
        Pack u[size];
        transform_kernel<m>(values[row], u);
        unroll<size>([&](auto column)
                         RESIDUA_INLINE_LAMBDA { u[column].store(dst + (row * size + column) * position_step); });
    });
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

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

}  // namespace residua::inline RESIDUA_ISA
