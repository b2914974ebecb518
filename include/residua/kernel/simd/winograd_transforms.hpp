#pragma once

#include <cstddef>

#include <residua/kernel/ahead.hpp>
#include <residua/kernel/unroll.hpp>
#include <residua/tensor/pack.hpp>

/// \file
/// The transforms of minimal filtering (kernel/simd/winograd.hpp).

namespace residua::inline RESIDUA_ISA {

/// The transforms along one axis; both axes, one after the other, make the two-dimensional ones. Points come in pairs
/// of opposite signs, so that values of the source with even and with odd numbers are put together first, `even` and
/// `odd`, in place. The first is then the first or the last result; of the others each `pair` makes two.
template <int m>
struct Winograd;

/// F(2, 3) with the points 0, 1, -1 and infinity.
template <>
struct Winograd<2> {
    static constexpr int size = 4;

    static RESIDUA_INLINE void even(Pack (&d)[2]) { d[0] -= d[1]; }
    static RESIDUA_INLINE void odd(Pack (&d)[2]) {
        const Pack last = d[0] - d[1];
        d[1] = d[0];
        d[0] = last;
    }
    template <int>
    static RESIDUA_INLINE void pair(Pack even, Pack odd, Pack& plus, Pack& minus) {
        plus = even + odd;
        minus = even - odd;
    }
    static RESIDUA_INLINE void result(Pack (&y)[4]) {
        const Pack sum = y[1] + y[2];
        const Pack difference = y[1] - y[2];
        y[0] += sum;
        y[1] = difference - y[3];
    }
};

/// F(4, 3) with the points 0, +-sqrt(1/2), +-sqrt(2) and infinity: entries of similar size, so that rounding errors are
/// a third of those with the points 0, +-1 and +-2.
template <>
struct Winograd<4> {
    static constexpr int size = 6;
    static constexpr float near = 0.70710678f;  ///< the points
    static constexpr float far = 1.41421356f;

    static RESIDUA_INLINE void even(Pack (&d)[3]) {
        const Pack of_near = fma(d[1], Pack::broadcast(-2.0f), d[2]);
        d[0] = fma(d[1], Pack::broadcast(-2.5f), d[0] + d[2]);
        d[2] = fma(d[1], Pack::broadcast(-0.5f), d[2]);
        d[1] = of_near;
    }
    static RESIDUA_INLINE void odd(Pack (&d)[3]) {
        const Pack last = fma(d[1], Pack::broadcast(-2.5f), d[0] + d[2]);
        d[2] = fma(d[0], Pack::broadcast(-0.5f), d[1]);
        d[1] = fma(d[0], Pack::broadcast(-2.0f), d[1]);
        d[0] = last;
    }
    template <int which>
    static RESIDUA_INLINE void pair(Pack even, Pack odd, Pack& plus, Pack& minus) {
        const Pack point = Pack::broadcast(which == 0 ? near : far);
        plus = fma(odd, point, even);
        minus = fma(odd, -point, even);
    }
    static RESIDUA_INLINE void result(Pack (&y)[6]) {
        const Pack near_sum = y[1] + y[2];
        const Pack near_difference = y[1] - y[2];
        const Pack far_sum = y[3] + y[4];
        const Pack far_difference = y[3] - y[4];
        y[0] += near_sum + far_sum;
        y[1] = fma(near_difference, Pack::broadcast(near), far_difference * Pack::broadcast(far));
        y[2] = fma(near_sum, Pack::broadcast(0.5f), far_sum * Pack::broadcast(2.0f));
        y[3] =
            fma(near_difference, Pack::broadcast(0.5f * near), fma(far_difference, Pack::broadcast(2.0f * far), y[5]));
    }
};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// One patch's source, one block of channels, transformed along both axes and spread over the positions. First rows
/// with even, then those with odd numbers: half of the values are in registers at a time.
template <int m>
RESIDUA_INLINE void transform_source(const float* src, std::ptrdiff_t row_step, float* dst,
                                     std::ptrdiff_t position_step) {
    constexpr int size = Winograd<m>::size;
    constexpr int half = size / 2;
    const auto row = [&](int number, Pack(&to)[size]) RESIDUA_INLINE_LAMBDA {
        Pack even[half];
        Pack odd[half];
        unroll<half>([&](auto i) RESIDUA_INLINE_LAMBDA {
            even[i] = Pack::load(src + number * row_step + 2 * i * channel_block);
            odd[i] = Pack::load(src + number * row_step + (2 * i + 1) * channel_block);
        });
        Winograd<m>::even(even);
        Winograd<m>::odd(odd);
        to[0] = even[0];
        to[size - 1] = odd[0];
        unroll<half - 1>([&](auto i) RESIDUA_INLINE_LAMBDA {
            Winograd<m>::template pair<i>(even[i + 1], odd[i + 1], to[2 * i + 1], to[2 * i + 2]);
        });
    };
    const auto store = [&](int number, int column, Pack value)
                           RESIDUA_INLINE_LAMBDA { value.store(dst + (number * size + column) * position_step); };
    Pack even[size][half];
    Pack odd[size][half];
    const auto load = [&](int first, Pack(&to)[size][half]) RESIDUA_INLINE_LAMBDA {
        unroll<half>([&](auto i) RESIDUA_INLINE_LAMBDA {
            Pack values[size];
            row(2 * i + first, values);
            unroll<size>([&](auto column) RESIDUA_INLINE_LAMBDA { to[column][i] = values[column]; });
        });
    };
    load(0, even);
    unroll<size>([&](auto column) RESIDUA_INLINE_LAMBDA {
        Winograd<m>::even(even[column]);
        store(0, column, even[column][0]);
    });
    load(1, odd);
    unroll<size>([&](auto column) RESIDUA_INLINE_LAMBDA {
        Winograd<m>::odd(odd[column]);
        store(size - 1, column, odd[column][0]);
        unroll<half - 1>([&](auto i) RESIDUA_INLINE_LAMBDA {
            Pack plus;
            Pack minus;
            Winograd<m>::template pair<i>(even[column][i + 1], odd[column][i + 1], plus, minus);
            store(2 * i + 1, column, plus);
            store(2 * i + 2, column, minus);
        });
    });
}

/// One patch's results, one block of channels, from the positions' sums: the first m of each row.
template <int m>
RESIDUA_INLINE void transform_result(const float* src, std::ptrdiff_t position_step, Pack (&rows)[m][m + 2]) {
    constexpr int size = Winograd<m>::size;
    unroll<size>([&](auto column) RESIDUA_INLINE_LAMBDA {
        Pack y[size];
        unroll<size>([&](auto row)
                         RESIDUA_INLINE_LAMBDA { y[row] = Pack::load(src + (row * size + column) * position_step); });
        Winograd<m>::result(y);
        unroll<m>([&](auto row) RESIDUA_INLINE_LAMBDA { rows[row][column] = y[row]; });
    });
    unroll<m>([&](auto row) RESIDUA_INLINE_LAMBDA { Winograd<m>::result(rows[row]); });
}

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
    constexpr float third = 1.0f / 3.0f;
    const Pack near = Pack::broadcast(third * Winograd<4>::far);
    const Pack far = Pack::broadcast(0.5f * third * Winograd<4>::far);
    const Pack near_outer = fma(g[0], Pack::broadcast(-2.0f * third), g[2] * Pack::broadcast(-third));
    const Pack far_outer = fma(g[0], Pack::broadcast(0.5f * third), g[2] * Pack::broadcast(third));
    u[0] = g[0];
    u[1] = fma(g[1], -near, near_outer);
    u[2] = fma(g[1], near, near_outer);
    u[3] = fma(g[1], far, far_outer);
    u[4] = fma(g[1], -far, far_outer);
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

/// One row of positions of so many kernels.
/// Shapes: kernels [kernel][tap][16], dst [position of the row][kernel][16], `position_step` floats from one position
/// to the next. Writes: dst.
template <int m, int row>
void transform_bare(const float* kernels, int count, float* dst, std::ptrdiff_t position_step, Ahead& next) {
    constexpr int size = m + 2;
    for (int i = 0; i < count; ++i, kernels += 9 * channel_block, dst += channel_block) {
        if (i % 4 == 0) next.fetch();
        Pack of_row[3];
        Pack u[size];
        unroll<3>([&](auto column) RESIDUA_INLINE_LAMBDA {
            Pack g[3];
            unroll<3>([&](auto tap)
                          RESIDUA_INLINE_LAMBDA { g[tap] = Pack::load(kernels + (tap * 3 + column) * channel_block); });
            transform_kernel<m>(g, u);
            of_row[column] = u[row];
        });
        transform_kernel<m>(of_row, u);
        unroll<size>([&](auto column) RESIDUA_INLINE_LAMBDA { u[column].store(dst + column * position_step); });
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA
