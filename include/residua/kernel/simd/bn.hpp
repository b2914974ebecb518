#pragma once

#include <residua/kernel/view.hpp>
#include <residua/tensor/pack.hpp>

namespace residua::inline RESIDUA_ISA {

/// Sums of the deviations from a pivot near the mean, and of their squares: no cancellation where the mean is large.
/// Shapes: src blocked; pivot and sums one value per channel, whole blocks.
/// Reads: src, pivot. Writes: sum, square_sum. Requires: 64-byte alignment; sums run over columns, then rows.
inline void bn_moments(const MapView<const float>& src, const float* pivot, float* sum, float* square_sum) {
    const int columns = src.layout.shape.w * channel_block;
    for (int block = 0; block < src.layout.blocks(); ++block) {
        const Pack center = Pack::load(pivot + block * channel_block);
        Pack total = Pack::zero();
        Pack total_squares = Pack::zero();
        for (int row = 0; row < src.layout.shape.h; ++row) {
            const float* from = src.at(block, row);
            Pack row_sum = Pack::zero();
            Pack row_squares = Pack::zero();
            for (int i = 0; i < columns; i += channel_block) {
                const Pack deviation = Pack::load(from + i) - center;
                row_sum += deviation;
                row_squares = fma(deviation, deviation, row_squares);
            }
            total += row_sum;
            total_squares += row_squares;
        }
        total.store(sum + block * channel_block);
        total_squares.store(square_sum + block * channel_block);
    }
}

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

}  // namespace residua::inline RESIDUA_ISA
