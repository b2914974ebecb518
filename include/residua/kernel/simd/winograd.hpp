#pragma once

#include <algorithm>
#include <cstddef>

#include <residua/kernel/simd/conv.hpp>
#include <residua/kernel/simd/finish.hpp>
#include <residua/kernel/unroll.hpp>
#include <residua/plan/patches.hpp>
#include <residua/tensor/pack.hpp>

/// \file
/// Convolutions with 3x3 kernels and stride 1 by minimal filtering (Winograd 1980; Lavin and Gray, "Fast algorithms for
/// convolutional neural networks", 2016): a patch of m x m results needs (m + 2)^2 products per pair of channels
/// instead of 9 m^2.

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

/// What a convolution by minimal filtering does. Patches of m x m results are numbered row by row, image by image.
struct WinogradTask {
    const float* src = nullptr;  ///< pixel (0, 0) of the first image
    std::ptrdiff_t src_image = 0;
    std::ptrdiff_t src_block = 0;
    std::ptrdiff_t src_row = 0;
    int src_rows = 0;
    int src_columns = 0;
    int src_blocks = 0;
    int padding = 0;
    const float* weight = nullptr;  ///< [tile of dst blocks][position][src block][channel][dst block of tile][16]
    float* dst = nullptr;           ///< pixel (0, 0) of the first image
    std::ptrdiff_t dst_image = 0;
    std::ptrdiff_t dst_block = 0;
    std::ptrdiff_t dst_row = 0;
    int dst_rows = 0;
    int dst_columns = 0;
    int first_tile = 0;  ///< tiles of dst blocks
    int last_tile = 0;
    int first_patch = 0;
    int last_patch = 0;
    int group = 1;             ///< patches that go through the products together
    float* scratch = nullptr;  ///< winograd_scratch() floats
    Ahead* ahead = nullptr;
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

/// A square of pixels with zeros for those outside of the map, as a map of its own.
template <int size>
void copy_clipped(const float* src, std::ptrdiff_t row_step, int first_row, int first_column, int rows, int columns,
                  float* dst) {
    for (int row = 0; row < size; ++row)
        for (int column = 0; column < size; ++column, dst += channel_block) {
            const int h = first_row + row;
            const int w = first_column + column;
            const bool inside = h >= 0 && h < rows && w >= 0 && w < columns;
            (inside ? Pack::load(src + h * row_step + w * channel_block) : Pack::zero()).store(dst);
        }
}

/// Where a patch stands.
struct Patch {
    int image;
    int row;  ///< of its first result
    int column;

    static constexpr Patch of(int number, int m, int rows, int columns) {
        const int across = (columns + m - 1) / m;
        const int per_image = across * ((rows + m - 1) / m);
        const int within = number % per_image;
        return {number / per_image, within / across * m, within % across * m};
    }
    /// Goes on to the next one.
    constexpr void advance(int m, int rows, int columns) {
        column += m;
        if (column < columns) return;
        column = 0;
        row += m;
        if (row < rows) return;
        row = 0;
        ++image;
    }
};

template <int m>
void winograd_sources(const WinogradTask& task, int first, int count, float* dst) {
    constexpr int size = Winograd<m>::size;
    const std::ptrdiff_t block_step = std::ptrdiff_t{patch_spread(task.group)} * channel_block;
    const std::ptrdiff_t position_step = task.src_blocks * block_step;
    Patch patch = Patch::of(first, m, task.dst_rows, task.dst_columns);
    for (int i = 0; i < count; ++i, patch.advance(m, task.dst_rows, task.dst_columns)) {
        const int row = patch.row - task.padding;
        const int column = patch.column - task.padding;
        const bool inside = row >= 0 && column >= 0 && row + size <= task.src_rows && column + size <= task.src_columns;
        const float* src = task.src + patch.image * task.src_image;
        float* to = dst + i * channel_block;
        for (int block = 0; block < task.src_blocks; ++block, src += task.src_block, to += block_step) {
            fetch(task.ahead);
            if (inside) {
                transform_source<m>(src + row * task.src_row + column * channel_block, task.src_row, to, position_step);
            } else {
                alignas(alignment) float clipped[size * size * channel_block];
                copy_clipped<size>(src, task.src_row, row, column, task.src_rows, task.src_columns, clipped);
                transform_source<m>(clipped, size * channel_block, to, position_step);
            }
        }
    }
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

/// The same into memory, row by row.
template <int m>
RESIDUA_INLINE void store_result(const float* src, std::ptrdiff_t position_step, float* dst) {
    Pack values[m][m + 2];
    transform_result<m>(src, position_step, values);
    unroll<m>([&](auto row) RESIDUA_INLINE_LAMBDA {
        unroll<m>([&](auto column)
                      RESIDUA_INLINE_LAMBDA { values[row][column].store(dst + (row * m + column) * channel_block); });
    });
}

/// Gives one patch's results inside of the map, one block of channels, to a finish. Whole patches of a short one are
/// straight-line code; the rest is a loop, because so much of it would take long to compile.
template <int m, class Finish>
RESIDUA_INLINE void finish_patch(const float* src, std::ptrdiff_t position_step, float* dst, std::ptrdiff_t dst_row,
                                 int block, const Patch& patch, int rows, int columns, const Finish& finish) {
    if constexpr (!Finish::is_long) {
        if (rows >= m && columns >= m) {
            Pack values[m][m + 2];
            transform_result<m>(src, position_step, values);
            auto results = finish.of(block, patch.row, patch.column, values[0][0]);
            unroll<m>([&](auto row) RESIDUA_INLINE_LAMBDA {
                unroll<m>([&](auto column) RESIDUA_INLINE_LAMBDA {
                    results.take(values[row][column], patch.row + row, patch.column + column,
                                 dst + row * dst_row + column * channel_block);
                });
            });
            return results.end();
        }
    }
    alignas(alignment) float all[m * m * channel_block];
    store_result<m>(src, position_step, all);
    auto results = finish.of(block, patch.row, patch.column, Pack::load(all));
    const auto take = [&](auto row, auto column) RESIDUA_INLINE_LAMBDA {
        results.take(Pack::load(all + (row * m + column) * channel_block), patch.row + row, patch.column + column,
                     dst + row * dst_row + column * channel_block);
    };
    if (columns >= m) {
        for (int row = 0; row < std::min(m, rows); ++row)
            unroll<m>([&](auto column) RESIDUA_INLINE_LAMBDA { take(row, column); });
    } else {
        for (int row = 0; row < std::min(m, rows); ++row)
            for (int column = 0; column < columns; ++column) take(row, column);
    }
    results.end();
}

template <int m, int dst_blocks, class FinishOf>
void winograd_results(const WinogradTask& task, int tile, int first, int count, const float* src,
                      const FinishOf& finish_of) {
    const std::ptrdiff_t block_step = std::ptrdiff_t{patch_spread(task.group)} * channel_block;
    Patch patch = Patch::of(first, m, task.dst_rows, task.dst_columns);
    for (int i = 0; i < count; ++i, patch.advance(m, task.dst_rows, task.dst_columns)) {
        const auto finish = finish_of(patch.image);
        float* dst = task.dst + patch.image * task.dst_image + patch.row * task.dst_row + patch.column * channel_block;
        for (int b = 0; b < dst_blocks; ++b) {
            fetch(task.ahead);
            const int block = tile * dst_blocks + b;
            finish_patch<m>(src + b * block_step + i * channel_block, dst_blocks * block_step,
                            dst + block * task.dst_block, task.dst_row, block, patch, task.dst_rows - patch.row,
                            task.dst_columns - patch.column, finish);
        }
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Convolution by minimal filtering: groups of patches are transformed, multiplied position by position with the
/// transformed weights, one tile of dst blocks after another, and transformed back while still in the cache.
/// Shapes: src blocks x src_rows x src_columns, dst blocks x dst_rows x dst_columns, kernels 3x3, stride 1.
/// Reads:  src, weight; zeros stand outside of src. Writes: dst, what finish_of(image) makes of the pixels of the
/// patches and tiles asked for; scratch.
/// Requires: 64-byte alignment; sums run over source blocks, then channels, whatever the group.
template <int m, Tiling tiling, class FinishOf>
void winograd_conv(const WinogradTask& task, const FinishOf& finish_of) {
    constexpr int dst_blocks = tiling.dst_blocks;
    constexpr int positions = position_count(m);
    static constexpr std::ptrdiff_t tap = 0;
    const std::ptrdiff_t block_step = std::ptrdiff_t{patch_spread(task.group)} * channel_block;
    const std::ptrdiff_t position_weights =
        std::ptrdiff_t{task.src_blocks} * channel_block * dst_blocks * channel_block;
    float* const sources = task.scratch;
    float* const sums = sources + positions * task.src_blocks * block_step;
    for (int first = task.first_patch; first < task.last_patch; first += task.group) {
        const int count = std::min(task.group, task.last_patch - first);
        detail::winograd_sources<m>(task, first, count, sources);
        for (int tile = task.first_tile; tile < task.last_tile; ++tile) {
            for (int position = 0; position < positions; ++position)
                conv<tiling>({.src = sources + position * task.src_blocks * block_step,
                              .src_block = block_step,
                              .taps = &tap,
                              .tap_count = 1,
                              .src_blocks = task.src_blocks,
                              .weight = task.weight + (std::ptrdiff_t{tile} * positions + position) * position_weights,
                              .dst = sums + position * dst_blocks * block_step,
                              .dst_block = block_step,
                              .dst_pixel = channel_block,
                              .last_column = count,
                              .last_row = 1,
                              .last_tile = 1,
                              .ahead = task.ahead},
                             Unfinished{});
            detail::winograd_results<m, dst_blocks>(task, tile, first, count, sums, finish_of);
        }
    }
}

}  // namespace residua::inline RESIDUA_ISA
