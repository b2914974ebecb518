#pragma once

#include <algorithm>
#include <cstddef>

#include <residua/geometry/patches.hpp>
#include <residua/kernel/simd/block_products.hpp>
#include <residua/kernel/simd/conv.hpp>
#include <residua/kernel/simd/finish.hpp>
#include <residua/kernel/simd/winograd_transforms.hpp>
#include <residua/kernel/unroll.hpp>
#include <residua/kernel/winograd_task.hpp>
#include <residua/simd/pack.hpp>
#include <residua/simd/tiling.hpp>

/// \file
/// Convolutions with 3x3 kernels and stride 1 by minimal filtering (Winograd 1980; Lavin and Gray, "Fast algorithms for
/// convolutional neural networks", 2016): a patch of m x m results needs (m + 2)^2 products per pair of channels
/// instead of 9 m^2.

namespace residua::detail::inline RESIDUA_ISA {

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
                alignas(alignment) Row<float, size * size * channel_block> clipped;
                copy_clipped<size>(src, task.src_row, row, column, task.src_rows, task.src_columns, clipped);
                transform_source<m>(clipped, size * channel_block, to, position_step);
            }
        }
    }
}

/// The same into memory, row by row.
template <int m>
RESIDUA_INLINE void store_result(const float* src, std::ptrdiff_t position_step, float* dst) {
    Grid<Pack, m, m> values;
    transform_result<m>(src, position_step, values);
    unroll<m>([&](int row) RESIDUA_INLINE_LAMBDA {
        unroll<m>([&](int column)
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
            Grid<Pack, m, m> values;
            transform_result<m>(src, position_step, values);
            auto results = finish.of(block, patch.row, patch.column, values[0][0]);
            unroll<m>([&](int row) RESIDUA_INLINE_LAMBDA {
                unroll<m>([&](int column) RESIDUA_INLINE_LAMBDA {
                    results.take(values[row][column], patch.row + row, patch.column + column,
                                 dst + row * dst_row + column * channel_block);
                });
            });
            return results.end();
        }
    }
    alignas(alignment) Row<float, m * m * channel_block> all;
    store_result<m>(src, position_step, all);
    auto results = finish.of(block, patch.row, patch.column, Pack::load(all));
    const auto take = [&](int row, int column) RESIDUA_INLINE_LAMBDA {
        results.take(Pack::load(all + (row * m + column) * channel_block), patch.row + row, patch.column + column,
                     dst + row * dst_row + column * channel_block);
    };
    if (columns >= m) {
        for (int row = 0; row < std::min(m, rows); ++row)
            unroll<m>([&](int column) RESIDUA_INLINE_LAMBDA { take(row, column); });
    } else {
        for (int row = 0; row < std::min(m, rows); ++row)
            for (int column = 0; column < columns; ++column) take(row, column);
    }
    results.end();
}

/// Fetches what finishing a patch will read, one block of channels; `dst` is its first result's place.
template <int m, class Finish>
RESIDUA_INLINE void fetch_patch(const Finish& finish, const float* dst, std::ptrdiff_t dst_row) {
    unroll<m>([&](int row) RESIDUA_INLINE_LAMBDA {
        unroll<m>([&](int column)
                      RESIDUA_INLINE_LAMBDA { finish.fetch(dst + row * dst_row + column * channel_block); });
    });
}

/// While a patch is transformed, what finishing the next one of the image will read is fetched.
template <int m, int dst_blocks, class FinishOf>
void winograd_results(const WinogradTask& task, int tile, int first, int count, const float* src,
                      const FinishOf& finish_of) {
    const std::ptrdiff_t block_step = std::ptrdiff_t{patch_spread(task.group)} * channel_block;
    Patch patch = Patch::of(first, m, task.dst_rows, task.dst_columns);
    for (int i = 0; i < count; ++i, patch.advance(m, task.dst_rows, task.dst_columns)) {
        const auto finish = finish_of(patch.image);
        float* const image = task.dst + patch.image * task.dst_image;
        const auto place = [&](const Patch& of, int block) RESIDUA_INLINE_LAMBDA {
            return image + block * task.dst_block + of.row * task.dst_row + of.column * channel_block;
        };
        Patch next = patch;
        next.advance(m, task.dst_rows, task.dst_columns);
        for (int b = 0; b < dst_blocks; ++b) {
            fetch(task.ahead);
            const int block = tile * dst_blocks + b;
            if (next.image == patch.image) fetch_patch<m>(finish, place(next, block), task.dst_row);
            finish_patch<m>(src + b * block_step + i * channel_block, dst_blocks * block_step, place(patch, block),
                            task.dst_row, block, patch, task.dst_rows - patch.row, task.dst_columns - patch.column,
                            finish);
        }
    }
}

/// Positions [first_position, last_position) of the transformed weights of one tile of dst blocks, of some blocks of
/// the source.
struct PositionWeights {
    const float* floats;  ///< [position][src block][channel][dst block of tile][16]
    std::ptrdiff_t position_step;
    int first_position;
    int last_position;
    int first_block;
    int last_block;
};

/// The sums of a group's patches, position by position; those of the first blocks of the source start them.
template <int m, Tiling tiling>
void winograd_products(const WinogradTask& task, const PositionWeights& weights, int count, const float* sources,
                       float* sums, Ahead* ahead) {
    static constexpr std::ptrdiff_t tap = 0;
    const std::ptrdiff_t block_step = std::ptrdiff_t{patch_spread(task.group)} * channel_block;
    const int blocks = weights.last_block - weights.first_block;
    const float* weight = weights.floats;
    for (int position = weights.first_position; position < weights.last_position;
         ++position, weight += weights.position_step) {
        const float* const src = sources + (position * task.src_blocks + weights.first_block) * block_step;
        float* const dst = sums + position * tiling.dst_blocks * block_step;
        if constexpr (keeps_weights(tiling))
            for (int i = 0; i < blocks; ++i)
                block_products<tiling.width>(weight + i * channel_block * channel_block, src + i * block_step, count,
                                             weights.first_block + i > 0, dst, ahead);
        else
            conv<tiling>({.src = src,
                          .src_block = block_step,
                          .taps = &tap,
                          .tap_count = 1,
                          .src_blocks = blocks,
                          .weight = weight,
                          .dst = dst,
                          .dst_block = block_step,
                          .dst_pixel = channel_block,
                          .last_column = count,
                          .last_row = 1,
                          .last_tile = 1,
                          .ahead = ahead},
                         Sums{weights.first_block > 0});
    }
}

/// The same with bare weights, of which a few are transformed at a time, for some rows of positions, so that they stay
/// near. Meanwhile the products fetch the next ones, all of them at the same pace: bursts would fill the memory's
/// queues.
template <int m, Tiling tiling>
void bare_products(const WinogradTask& task, int tile, int count, const float* sources, float* transformed,
                   float* sums) {
    constexpr int size = Winograd<m>::size;
    constexpr int rows = bare_rows(m);
    constexpr int block_kernels = channel_block * tiling.dst_blocks;
    constexpr int block_floats = 9 * channel_block * block_kernels;
    const float* kernels = task.weight + std::ptrdiff_t{tile} * task.src_blocks * block_floats;
    for (int first = 0; first < task.src_blocks; first += bare_blocks) {
        const int blocks = std::min(bare_blocks, task.src_blocks - first);
        const std::ptrdiff_t position_step = bare_position_step(blocks, tiling.dst_blocks);
        const int steps = position_count(m) * blocks * ((count + tiling.width - 1) / tiling.width);
        const int lines = blocks * block_floats / channel_block;
        Ahead next((lines + steps - 1) / steps);
        next.add(kernels + blocks * block_floats, blocks * block_floats);
        unroll<size / rows>([&](auto part) {
            constexpr int row = part * rows;
            transform_bare<m, row, rows>(kernels, blocks * block_kernels, transformed, position_step);
            winograd_products<m, tiling>(
                task, {transformed, position_step, row * size, (row + rows) * size, first, first + blocks}, count,
                sources, sums, &next);
        });
        kernels += blocks * block_floats;
    }
}

/// Convolution by minimal filtering: groups of patches are transformed, multiplied position by position with the
/// transformed weights, one tile of dst blocks after another, and transformed back while still in the cache. Bare
/// weights are transformed for each group.
/// Shapes: src blocks x src_rows x src_columns, dst blocks x dst_rows x dst_columns, kernels 3x3, stride 1.
/// Reads:  src, weight; zeros stand outside of src. Writes: dst, what finish_of(image) makes of the pixels of the
/// patches and tiles asked for; scratch.
/// Requires: 64-byte alignment; sums run over source blocks, then channels, whatever the group.
template <int m, Tiling tiling, bool bare = false, class FinishOf>
void winograd_conv(const WinogradTask& task, const FinishOf& finish_of) {
    constexpr int dst_blocks = tiling.dst_blocks;
    constexpr int positions = position_count(m);
    const std::ptrdiff_t block_step = std::ptrdiff_t{patch_spread(task.group)} * channel_block;
    const std::ptrdiff_t position_step = std::ptrdiff_t{task.src_blocks} * channel_block * dst_blocks * channel_block;
    float* const sources = task.scratch;
    float* const sums = sources + positions * task.src_blocks * block_step;
    float* const transformed = sums + positions * dst_blocks * block_step;
    for (int first = task.first_patch; first < task.last_patch; first += task.group) {
        const int count = std::min(task.group, task.last_patch - first);
        detail::winograd_sources<m>(task, first, count, sources);
        for (int tile = task.first_tile; tile < task.last_tile; ++tile) {
            if constexpr (bare)
                detail::bare_products<m, tiling>(task, tile, count, sources, transformed, sums);
            else
                detail::winograd_products<m, tiling>(
                    task,
                    {task.weight + tile * positions * position_step, position_step, 0, positions, 0, task.src_blocks},
                    count, sources, sums, task.ahead);
            detail::winograd_results<m, dst_blocks>(task, tile, first, count, sums, finish_of);
        }
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA
