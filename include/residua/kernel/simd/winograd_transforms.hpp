#pragma once

#include <cstddef>

#include <residua/kernel/unroll.hpp>
#include <residua/simd/pack.hpp>

/// \file
/// The transforms of minimal filtering (kernel/simd/winograd.hpp). A patch has up to 36 values, so they go through a
/// block of channels part by part.

namespace residua::detail::inline RESIDUA_ISA {

/// The transforms along one axis; both axes, one after the other, make the two-dimensional ones. Points come in pairs
/// of opposite signs, so that values of the source with even and with odd numbers are put together first, `even` and
/// `odd`, in place. The first is then the first or the last result; of the others each `pair` makes two.
template <int m>
struct Winograd;

/// F(2, 3) with the points 0, 1, -1 and infinity.
template <>
struct Winograd<2> {
    static constexpr int size = 4;

    static RESIDUA_INLINE void even(PackPart (&d)[2]) { d[0] -= d[1]; }
    static RESIDUA_INLINE void odd(PackPart (&d)[2]) {
        const PackPart last = d[0] - d[1];
        d[1] = d[0];
        d[0] = last;
    }
    static RESIDUA_INLINE void pair(int, PackPart even, PackPart odd, PackPart& plus, PackPart& minus) {
        plus = even + odd;
        minus = even - odd;
    }
    static RESIDUA_INLINE void result(PackPart (&y)[4]) {
        const PackPart sum = y[1] + y[2];
        const PackPart difference = y[1] - y[2];
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

    static RESIDUA_INLINE void even(PackPart (&d)[3]) {
        const PackPart of_near = fma(d[1], PackPart::broadcast(-2.0f), d[2]);
        d[0] = fma(d[1], PackPart::broadcast(-2.5f), d[0] + d[2]);
        d[2] = fma(d[1], PackPart::broadcast(-0.5f), d[2]);
        d[1] = of_near;
    }
    static RESIDUA_INLINE void odd(PackPart (&d)[3]) {
        const PackPart last = fma(d[1], PackPart::broadcast(-2.5f), d[0] + d[2]);
        d[2] = fma(d[0], PackPart::broadcast(-0.5f), d[1]);
        d[1] = fma(d[0], PackPart::broadcast(-2.0f), d[1]);
        d[0] = last;
    }
    static RESIDUA_INLINE void pair(int which, PackPart even, PackPart odd, PackPart& plus, PackPart& minus) {
        const PackPart point = PackPart::broadcast(which == 0 ? near : far);
        plus = fma(odd, point, even);
        minus = fma(odd, -point, even);
    }
    static RESIDUA_INLINE void result(PackPart (&y)[6]) {
        const PackPart near_sum = y[1] + y[2];
        const PackPart near_difference = y[1] - y[2];
        const PackPart far_sum = y[3] + y[4];
        const PackPart far_difference = y[3] - y[4];
        y[0] += near_sum + far_sum;
        y[1] = fma(near_difference, PackPart::broadcast(near), far_difference * PackPart::broadcast(far));
        y[2] = fma(near_sum, PackPart::broadcast(0.5f), far_sum * PackPart::broadcast(2.0f));
        y[3] = fma(near_difference, PackPart::broadcast(0.5f * near),
                   fma(far_difference, PackPart::broadcast(2.0f * far), y[5]));
    }
};

/// Where the positions of some rows are. Compilers must not see that all are multiples of a step away from the first:
/// they would keep 36 offsets in memory rather than add.
template <int size, class Float, int count = size>
class PositionRows {
  public:
    RESIDUA_INLINE PositionRows(Float* first, std::ptrdiff_t position_step) : step_{position_step} {
        unroll<count>([&](int row) RESIDUA_INLINE_LAMBDA {
            rows_[row] = first;
            first += size * position_step;
            asm("" : "+r"(first));
        });
    }
    RESIDUA_INLINE Float* at(int row, int column) const { return rows_[row] + column * step_; }

  private:
    Row<Float*, count> rows_;
    std::ptrdiff_t step_;
};

/// First rows with even, then those with odd numbers: half of the values are in registers at a time.
template <int m>
RESIDUA_INLINE void transform_source_part(const float* src, std::ptrdiff_t row_step, float* dst,
                                          std::ptrdiff_t position_step) {
    constexpr int size = Winograd<m>::size;
    constexpr int half = size / 2;
    const auto row = [&](int number, Row<PackPart, size>& to) RESIDUA_INLINE_LAMBDA {
        Row<PackPart, half> even;
        Row<PackPart, half> odd;
        unroll<half>([&](int i) RESIDUA_INLINE_LAMBDA {
            even[i] = PackPart::load(src + number * row_step + 2 * i * channel_block);
            odd[i] = PackPart::load(src + number * row_step + (2 * i + 1) * channel_block);
        });
        Winograd<m>::even(even);
        Winograd<m>::odd(odd);
        to[0] = even[0];
        to[size - 1] = odd[0];
        unroll<half - 1>([&](int i) RESIDUA_INLINE_LAMBDA {
            Winograd<m>::pair(i, even[i + 1], odd[i + 1], to[2 * i + 1], to[2 * i + 2]);
        });
    };
    const PositionRows<size, float> positions(dst, position_step);
    const auto store = [&](int number, int column, PackPart value)
                           RESIDUA_INLINE_LAMBDA { value.store(positions.at(number, column)); };
    Grid<PackPart, size, half> even;
    Grid<PackPart, size, half> odd;
    const auto load = [&](int first, Grid<PackPart, size, half>& to) RESIDUA_INLINE_LAMBDA {
        unroll<half>([&](int i) RESIDUA_INLINE_LAMBDA {
            Row<PackPart, size> values;
            row(2 * i + first, values);
            unroll<size>([&](int column) RESIDUA_INLINE_LAMBDA { to[column][i] = values[column]; });
        });
    };
    load(0, even);
    unroll<size>([&](int column) RESIDUA_INLINE_LAMBDA {
        Winograd<m>::even(even[column]);
        store(0, column, even[column][0]);
    });
    load(1, odd);
    unroll<size>([&](int column) RESIDUA_INLINE_LAMBDA {
        Winograd<m>::odd(odd[column]);
        store(size - 1, column, odd[column][0]);
        unroll<half - 1>([&](int i) RESIDUA_INLINE_LAMBDA {
            PackPart plus;
            PackPart minus;
            Winograd<m>::pair(i, even[column][i + 1], odd[column][i + 1], plus, minus);
            store(2 * i + 1, column, plus);
            store(2 * i + 2, column, minus);
        });
    });
}

/// One patch's source, one block of channels, transformed along both axes and spread over the positions.
template <int m>
RESIDUA_INLINE void transform_source(const float* src, std::ptrdiff_t row_step, float* dst,
                                     std::ptrdiff_t position_step) {
    for (int part = 0; part < channel_block; part += PackPart::size)
        transform_source_part<m>(src + part, row_step, dst + part, position_step);
}

/// One patch's results, one block of channels, from the positions' sums.
template <int m>
RESIDUA_INLINE void transform_result(const float* src, std::ptrdiff_t position_step, Grid<Pack, m, m>& results) {
    constexpr int size = Winograd<m>::size;
    unroll<Pack::register_count>([&](int part) RESIDUA_INLINE_LAMBDA {
        const PositionRows<size, const float> positions(src + part * PackPart::size, position_step);
        Grid<PackPart, m, size> rows;
        unroll<size>([&](int column) RESIDUA_INLINE_LAMBDA {
            Row<PackPart, size> y;
            unroll<size>([&](int row) RESIDUA_INLINE_LAMBDA { y[row] = PackPart::load(positions.at(row, column)); });
            Winograd<m>::result(y);
            unroll<m>([&](int row) RESIDUA_INLINE_LAMBDA { rows[row][column] = y[row]; });
        });
        unroll<m>([&](int row) RESIDUA_INLINE_LAMBDA {
            Winograd<m>::result(rows[row]);
            unroll<m>([&](int column) RESIDUA_INLINE_LAMBDA {
                results[row][column].registers[part] = rows[row][column].registers[0];
            });
        });
    });
}

/// The transform of a 3x3 kernel along one axis, for the points of Winograd<m>.
template <int m>
RESIDUA_INLINE void transform_kernel(const Row<PackPart, 3>& g, Row<PackPart, m + 2>& u);

template <>
RESIDUA_INLINE void transform_kernel<2>(const Row<PackPart, 3>& g, Row<PackPart, 4>& u) {
    const PackPart half = PackPart::broadcast(0.5f);
    const PackPart outer = (g[0] + g[2]) * half;
    const PackPart inner = g[1] * half;
    u[0] = g[0];
    u[1] = outer + inner;
    u[2] = outer - inner;
    u[3] = g[2];
}

template <>
RESIDUA_INLINE void transform_kernel<4>(const Row<PackPart, 3>& g, Row<PackPart, 6>& u) {
    constexpr float third = 1.0f / 3.0f;
    const PackPart near = PackPart::broadcast(third * Winograd<4>::far);
    const PackPart far = PackPart::broadcast(0.5f * third * Winograd<4>::far);
    const PackPart near_outer = fma(g[0], PackPart::broadcast(-2.0f * third), g[2] * PackPart::broadcast(-third));
    const PackPart far_outer = fma(g[0], PackPart::broadcast(0.5f * third), g[2] * PackPart::broadcast(third));
    u[0] = g[0];
    u[1] = fma(g[1], -near, near_outer);
    u[2] = fma(g[1], near, near_outer);
    u[3] = fma(g[1], far, far_outer);
    u[4] = fma(g[1], -far, far_outer);
    u[5] = g[2];
}

/// The rows of positions from `first_row` on, `rows` of them, of some channels of sixteen 3x3 kernels.
template <int m, int first_row, int rows>
RESIDUA_INLINE void transform_kernels_part(const float* kernels, float* dst, std::ptrdiff_t position_step) {
    constexpr int size = m + 2;
    const PositionRows<size, float, rows> positions(dst, position_step);
    Grid<PackPart, rows, 3> values;
    unroll<3>([&](int column) RESIDUA_INLINE_LAMBDA {
        PackPart g[3];
        Row<PackPart, size> u;
        unroll<3>([&](int row)
                      RESIDUA_INLINE_LAMBDA { g[row] = PackPart::load(kernels + (row * 3 + column) * channel_block); });
        transform_kernel<m>(g, u);
        unroll<rows>([&](int row) RESIDUA_INLINE_LAMBDA { values[row][column] = u[first_row + row]; });
    });
    unroll<rows>([&](int row) RESIDUA_INLINE_LAMBDA {
        Row<PackPart, size> u;
        transform_kernel<m>(values[row], u);
        unroll<size>([&](int column) RESIDUA_INLINE_LAMBDA { u[column].store(positions.at(row, column)); });
    });
}

/// Sixteen 3x3 kernels, transformed along both axes and spread over the positions of `rows` rows.
template <int m, int first_row = 0, int rows = m + 2>
RESIDUA_INLINE void transform_kernels(const float* kernels, float* dst, std::ptrdiff_t position_step) {
    for (int part = 0; part < channel_block; part += PackPart::size)
        transform_kernels_part<m, first_row, rows>(kernels + part, dst + part, position_step);
}

/// Some rows of positions of so many times sixteen kernels.
/// Shapes: kernels [kernel][tap][16], dst [position of the rows][kernel][16], `position_step` floats from one position
/// to the next. Writes: dst.
template <int m, int first_row, int rows>
void transform_bare(const float* kernels, int count, float* dst, std::ptrdiff_t position_step) {
    for (int i = 0; i < count; ++i, kernels += 9 * channel_block, dst += channel_block)
        transform_kernels<m, first_row, rows>(kernels, dst, position_step);
}

}  // namespace residua::detail::inline RESIDUA_ISA
