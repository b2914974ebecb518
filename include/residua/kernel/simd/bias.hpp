#pragma once

#include <residua/kernel/view.hpp>
#include <residua/simd/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The gradient of a bias: sums over all pixels.
/// Shapes: grad_dst blocked, grad_bias one value per channel, whole blocks. Reads: grad_dst. Accumulates: grad_bias.
/// Requires: 64-byte alignment; sums run over rows, then columns.
inline void bias_backward(const MapView<const float>& grad_dst, float* grad_bias) {
    const int columns = grad_dst.layout.shape.w * channel_block;
    for (int block = 0; block < grad_dst.layout.blocks(); ++block) {
        Pack sum = Pack::load(grad_bias + block * channel_block);
        for (int row = 0; row < grad_dst.layout.shape.h; ++row)
            for (int i = 0; i < columns; i += channel_block) sum += Pack::load(grad_dst.at(block, row) + i);
        sum.store(grad_bias + block * channel_block);
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA
