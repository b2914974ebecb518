#pragma once

#include <residua/kernel/view.hpp>
#include <residua/tensor/expression.hpp>
#include <residua/tensor/pack.hpp>

/// \file
/// What happens to results while they are still in registers. A kernel asks a finish for each tile and block what takes
/// the results, `of(block, row, column, first)`, with the place and the value of the tile's first; gives it each result
/// once, `take(sum, row, column, dst)`; and tells it the end of the tile, `end()`. `is_long` tells that this is so much
/// for each result that a tile's worth of it is better a loop.

namespace residua::inline RESIDUA_ISA {

/// Results as they are.
struct Unfinished {
    static constexpr bool is_long = false;

    struct Block {
        RESIDUA_INLINE void take(Pack sum, int, int, float* dst) const { sum.store(dst); }
        RESIDUA_INLINE void end() const {}
    };
    RESIDUA_INLINE Block of(int, int, int, Pack) const { return {}; }
};

/// An expression in x0 (the sum of products), x1 (the channel's bias) and, if it has a third variable, x2 (the pixel of
/// another map).
template <auto expression>
struct Finish {
    static constexpr bool is_long = false;

    const float* bias = nullptr;  ///< of all channels, 64-byte aligned
    MapView<const float> other{};

    struct Block {
        Pack shift;
        const Finish* finish;
        int block;

        RESIDUA_INLINE void take(Pack sum, int row, int column, float* dst) const {
            if constexpr (variable_count < expression >> 2)
                evaluate(expression, sum, shift, Pack::load(finish->other.at(block, row, column))).store(dst);
            else
                evaluate(expression, sum, shift).store(dst);
        }
        RESIDUA_INLINE void end() const {}
    };
    RESIDUA_INLINE Block of(int block, int, int, Pack) const {
        return {Pack::load(bias + block * channel_block), this, block};
    }
};

}  // namespace residua::inline RESIDUA_ISA
