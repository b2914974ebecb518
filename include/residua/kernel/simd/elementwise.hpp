#pragma once

#include <residua/expr/expression.hpp>
#include <residua/kernel/simd/channels.hpp>
#include <residua/kernel/view.hpp>
#include <residua/simd/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// One pass over maps of the same shape: dst = expression(x0 = src, x1 = the channel's scale, x2 = its shift, x3 =
/// other). Shapes: all maps alike, blocked; scale and shift one value per channel, whole blocks. Reads: src, scale,
/// shift, other if the expression has x3. Writes: dst, rows [first, last). Requires: 64-byte alignment.
template <auto expression, bool partial>
void elementwise(const MapView<const float>& src, const float* scale, const float* shift,
                 const MapView<const float>& other, const MapView<float>& dst, int first, int last) {
    for (int block = 0; block < dst.layout.blocks(); ++block) {
        const Pack s = Pack::load(scale + block * channel_block);
        const Pack t = Pack::load(shift + block * channel_block);
        const Channels<partial> present(block, dst.layout.shape.c);
        for (int row = first; row < last; ++row)
            for (int column = 0; column < dst.layout.shape.w; ++column) {
                const Pack value = Pack::load(src.at(block, row, column));
                float* to = dst.at(block, row, column);
                if constexpr (has_variable<expression, 3>)
                    present.only(evaluate(expression, value, s, t, Pack::load(other.at(block, row, column)))).store(to);
                else
                    present.only(evaluate(expression, value, s, t)).store(to);
            }
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA
