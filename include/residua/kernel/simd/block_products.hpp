#pragma once

#include <residua/kernel/ahead.hpp>
#include <residua/kernel/unroll.hpp>
#include <residua/simd/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The products of weights with `width` pixels, which they are added to if there is something.
template <int width>
RESIDUA_INLINE void add_block_products(const Pack (&weights)[channel_block], const float* src, bool adds, float* dst) {
    Row<Pack, width> sum;
    unroll<width>([&](int i)
                      RESIDUA_INLINE_LAMBDA { sum[i] = adds ? Pack::load(dst + i * channel_block) : Pack::zero(); });
    unroll<channel_block>([&](int c) RESIDUA_INLINE_LAMBDA {
        unroll<width>([&](int i) RESIDUA_INLINE_LAMBDA {
            sum[i] = fma(Pack::broadcast(src[i * channel_block + c]), weights[c], sum[i]);
        });
    });
    unroll<width>([&](int i) RESIDUA_INLINE_LAMBDA { sum[i].store(dst + i * channel_block); });
}

/// A 1x1 convolution from one block to one block. Its 16 x 16 weights wait in registers for all pixels, `width` of them
/// at a time: a tile of one block of dst channels alone would load a value for every product, and weights besides.
/// Shapes: weight [channel][16]; src and dst `count` pixels of a block. Reads: weight, src. Writes: dst, or adds to it
/// if `adds`.
/// Requires: 64-byte alignment, registers for 16 + width packs; sums run over channels.
template <int width>
void block_products(const float* weight, const float* src, int count, bool adds, float* dst, Ahead* ahead) {
    Pack weights[channel_block];
    detail::unroll<channel_block>([&](int c)
                                      RESIDUA_INLINE_LAMBDA { weights[c] = Pack::load(weight + c * channel_block); });
    const int whole = count / width * width;
    for (int i = 0; i < whole; i += width, src += width * channel_block, dst += width * channel_block) {
        detail::fetch(ahead);
        detail::add_block_products<width>(weights, src, adds, dst);
    }
    if (whole < count) detail::fetch(ahead);
    for (int i = whole; i < count; ++i, src += channel_block, dst += channel_block)
        detail::add_block_products<1>(weights, src, adds, dst);
}

}  // namespace residua::detail::inline RESIDUA_ISA
