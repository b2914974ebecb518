#pragma once

#include <cstddef>

#include <residua/expr/expression.hpp>
#include <residua/kernel/simd/channels.hpp>
#include <residua/kernel/view.hpp>
#include <residua/simd/pack.hpp>

/// \file
/// What happens to results while they are still in registers.

namespace residua::detail::inline RESIDUA_ISA {

/// What a kernel asks of a finish, for each tile and block: what takes the results, `of(block, row, column, first)`,
/// with the place and the value of the tile's first; to take each result once, `take(sum, row, column, dst)`; and to
/// know the end of the tile, `end()`. `fetch(dst)` fetches what taking a result will read, if that is far: patches of
/// minimal filtering ask for it one patch before. `is_long` tells that taking is so much for each result that a tile's
/// worth of it is better a loop.
template <class F>
concept Finishing = requires(const F& finish, Pack result, float* dst) {
    requires F::is_long || !F::is_long;
    finish.of(0, 0, 0, result).take(result, 0, 0, dst);
    finish.of(0, 0, 0, result).end();
    finish.fetch(dst);
};

/// Results as they are.
template <bool partial>
struct Unfinished {
    static constexpr bool is_long = false;

    int channels = 0;

    struct Block {
        Channels<partial> present;

        RESIDUA_INLINE void take(Pack sum, int, int, float* dst) const { present.only(sum).store(dst); }
        RESIDUA_INLINE void end() const {}
    };
    RESIDUA_INLINE Block of(int block, int, int, Pack) const { return {{block, channels}}; }
    RESIDUA_INLINE void fetch(const float*) const {}
};

/// Results as they are, or added to what is there.
struct Sums {
    static constexpr bool is_long = false;

    bool add = false;

    struct Block {
        bool add;
        RESIDUA_INLINE void take(Pack sum, int, int, float* dst) const {
            (add ? sum + Pack::load(dst) : sum).store(dst);
        }
        RESIDUA_INLINE void end() const {}
    };
    RESIDUA_INLINE Block of(int, int, int, Pack) const { return {add}; }
    RESIDUA_INLINE void fetch(const float*) const {}
};

/// An expression in x0 (the sum of products), x1 (the channel's bias) and, if it has a third variable, x2 (the pixel of
/// another map).
template <auto expression, bool partial>
struct Finish {
    static constexpr bool is_long = false;

    static constexpr bool has_other = has_variable<expression, 2>;

    const float* bias = nullptr;  ///< of all channels, 64-byte aligned
    int channels = 0;
    MapView<const float> other{};

    struct Block {
        Channels<partial> present;
        Pack shift;
        const float* other;  ///< the pixel of the tile's first result
        std::ptrdiff_t row_step;
        std::ptrdiff_t pixel_step;
        int first_row;
        int first_column;

        RESIDUA_INLINE void take(Pack sum, int row, int column, float* dst) const {
            present.only(value(sum, row, column)).store(dst);
        }
        RESIDUA_INLINE Pack value(Pack sum, int row, int column) const {
            if constexpr (has_other)
                return evaluate(
                    expression, sum, shift,
                    Pack::load(other + (row - first_row) * row_step + (column - first_column) * pixel_step));
            else
                return evaluate(expression, sum, shift);
        }
        RESIDUA_INLINE void end() const {}
    };
    RESIDUA_INLINE Block of(int block, int row, int column, Pack) const {
        const Channels<partial> present(block, channels);
        const Pack shift = Pack::load(bias + block * channel_block);
        if constexpr (has_other)
            return {present, shift, other.at(block, row, column), other.row_step(), other.pixel_step(), row, column};
        else
            return {present, shift, nullptr, 0, 0, row, column};
    }
    RESIDUA_INLINE void fetch(const float*) const {}
};

}  // namespace residua::detail::inline RESIDUA_ISA
