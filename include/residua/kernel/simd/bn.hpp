#pragma once

#include <residua/kernel/view.hpp>
#include <residua/simd/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The gradient before a batch normalisation, a weighted sum of the gradient behind it and the normalised map:
/// grad_src = a * grad_dst + b * src + c per channel.
/// Shapes: all maps alike, blocked. Reads: grad_dst, src, a, b, c. Writes: grad_src, or adds to it if `accumulates`.
/// Requires: 64-byte alignment.
template <bool accumulates>
void bn_backward(const MapView<const float>& grad_dst, const MapView<const float>& src, const float* a, const float* b,
                 const float* c, const MapView<float>& grad_src) {
    const int columns = grad_dst.layout.shape.w * channel_block;
    for (int block = 0; block < grad_dst.layout.blocks(); ++block) {
        const Pack factor = Pack::load(a + block * channel_block);
        const Pack slope = Pack::load(b + block * channel_block);
        const Pack offset = Pack::load(c + block * channel_block);
        for (int row = 0; row < grad_dst.layout.shape.h; ++row) {
            const float* grad = grad_dst.at(block, row);
            const float* from = src.at(block, row);
            float* to = grad_src.at(block, row);
            for (int i = 0; i < columns; i += channel_block) {
                Pack value = fma(Pack::load(grad + i), factor, fma(Pack::load(from + i), slope, offset));
                if constexpr (accumulates) value += Pack::load(to + i);
                value.store(to + i);
            }
        }
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA
