#pragma once

#include <residua/kernel/view.hpp>
#include <residua/tensor/expression.hpp>
#include <residua/tensor/pack.hpp>

namespace residua::inline RESIDUA_ISA {

/// What happens to a result while it is still in registers: an expression in x0 (the sum of products), x1 (the
/// channel's bias) and, if it has a third variable, x2 (the pixel of another map).
template <auto expression>
struct Finish {
    const float* bias = nullptr;  ///< of all channels, 64-byte aligned
    MapView<const float> other{};

    RESIDUA_INLINE Pack operator()(Pack sum, int block, int row, int column) const {
        const Pack shift = Pack::load(bias + block * channel_block);
        if constexpr (variable_count < expression >> 2)
            return evaluate(expression, sum, shift, Pack::load(other.at(block, row, column)));
        else
            return evaluate(expression, sum, shift);
    }
};

/// Results as they are.
struct Unfinished {
    RESIDUA_INLINE Pack operator()(Pack sum, int, int, int) const { return sum; }
};

}  // namespace residua::inline RESIDUA_ISA
