#pragma once

#include <residua/kernel/simd/conv_backward_weight.hpp>
#include <residua/kernel/simd/winograd.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The gradient of 3x3 kernels by minimal filtering: sums over patches of products between the transformed source and
/// the transformed gradient, position by position. Patches of several images are collected first, so that the sums are
/// fetched and stored seldom.
struct WinogradWeightTask {
    WinogradTask src{};               ///< only what describes the source and, for the number of patches, the results
    const float* grad_dst = nullptr;  ///< pixel (0, 0)
    std::ptrdiff_t grad_block = 0;
    std::ptrdiff_t grad_row = 0;
    int grad_blocks = 0;
    int first_patch = 0;
    int last_patch = 0;
    int collected = 0;  ///< patches that are there already
};

/// From the gradient of m results along one axis to that of the m + 2 sums they came from.
template <int m>
RESIDUA_INLINE void transform_gradient(const Row<PackPart, m>& g, Row<PackPart, m + 2>& y);

template <>
RESIDUA_INLINE void transform_gradient<2>(const Row<PackPart, 2>& g, Row<PackPart, 4>& y) {
    y[0] = g[0];
    y[1] = g[0] + g[1];
    y[2] = g[0] - g[1];
    y[3] = -g[1];
}

template <>
RESIDUA_INLINE void transform_gradient<4>(const Row<PackPart, 4>& g, Row<PackPart, 6>& y) {
    const PackPart a = PackPart::broadcast(Winograd<4>::near);
    const PackPart b = PackPart::broadcast(Winograd<4>::far);
    const PackPart half = PackPart::broadcast(0.5f);
    const PackPart two = PackPart::broadcast(2.0f);
    const PackPart near_even = fma(g[2], half, g[0]);
    const PackPart near_odd = fma(g[3], half, g[1]);
    const PackPart far_even = fma(g[2], two, g[0]);
    const PackPart far_odd = fma(g[3], two, g[1]);
    y[0] = g[0];
    y[1] = fma(near_odd, a, near_even);
    y[2] = fma(near_odd, -a, near_even);
    y[3] = fma(far_odd, b, far_even);
    y[4] = fma(far_odd, -b, far_even);
    y[5] = g[3];
}

/// From the gradient of the m + 2 transformed weights along one axis to that of the 3 weights.
template <int m>
RESIDUA_INLINE void transform_weight_gradient(const Row<PackPart, m + 2>& u, Row<PackPart, 3>& g);

template <>
RESIDUA_INLINE void transform_weight_gradient<2>(const Row<PackPart, 4>& u, Row<PackPart, 3>& g) {
    const PackPart half = PackPart::broadcast(0.5f);
    const PackPart sum = (u[1] + u[2]) * half;
    g[0] = u[0] + sum;
    g[1] = (u[1] - u[2]) * half;
    g[2] = sum + u[3];
}

template <>
RESIDUA_INLINE void transform_weight_gradient<4>(const Row<PackPart, 6>& u, Row<PackPart, 3>& g) {
    const PackPart third = PackPart::broadcast(1.0f / 3.0f);
    const PackPart sixth = PackPart::broadcast(1.0f / 6.0f);
    const PackPart near = u[1] + u[2];
    const PackPart far = u[3] + u[4];
    g[0] = fma(near, PackPart::broadcast(-2.0f / 3.0f), fma(far, sixth, u[0]));
    g[1] = fma(u[2] - u[1], third, (u[3] - u[4]) * sixth) * PackPart::broadcast(Winograd<4>::far);
    g[2] = fma(far - near, third, u[5]);
}

template <int m>
RESIDUA_INLINE void transform_patch_gradient_part(const float* src, std::ptrdiff_t row_step, float* dst,
                                                  std::ptrdiff_t position_step) {
    constexpr int size = m + 2;
    Grid<PackPart, size, m> values;
    unroll<m>([&](int column) RESIDUA_INLINE_LAMBDA {
        Row<PackPart, m> g;
        Row<PackPart, size> y;
        unroll<m>([&](int row) RESIDUA_INLINE_LAMBDA {
            g[row] = PackPart::load(src + row * row_step + column * channel_block);
        });
        transform_gradient<m>(g, y);
        unroll<size>([&](int row) RESIDUA_INLINE_LAMBDA { values[row][column] = y[row]; });
    });
    const PositionRows<size, float> positions(dst, position_step);
    unroll<size>([&](int row) RESIDUA_INLINE_LAMBDA {
        Row<PackPart, size> y;
        transform_gradient<m>(values[row], y);
        unroll<size>([&](int column) RESIDUA_INLINE_LAMBDA { y[column].store(positions.at(row, column)); });
    });
}

/// One patch's gradient, one block of channels, transformed along both axes and spread over the positions.
template <int m>
RESIDUA_INLINE void transform_patch_gradient(const float* src, std::ptrdiff_t row_step, float* dst,
                                             std::ptrdiff_t position_step) {
    for (int part = 0; part < channel_block; part += PackPart::size)
        transform_patch_gradient_part<m>(src + part, row_step, dst + part, position_step);
}

template <int m>
void winograd_gradients(const WinogradWeightTask& task, float* dst) {
    const int rows = task.src.dst_rows;
    const int columns = task.src.dst_columns;
    const std::ptrdiff_t block_step = std::ptrdiff_t{patch_spread(task.src.group)} * channel_block;
    const std::ptrdiff_t position_step = task.grad_blocks * block_step;
    Patch patch = Patch::of(task.first_patch, m, rows, columns);
    for (int number = task.first_patch; number < task.last_patch;
         ++number, dst += channel_block, patch.advance(m, rows, columns)) {
        const bool inside = patch.row + m <= rows && patch.column + m <= columns;
        const float* grad = task.grad_dst;
        for (int block = 0; block < task.grad_blocks; ++block, grad += task.grad_block) {
            fetch(task.src.ahead);
            float* to = dst + block * block_step;
            if (inside) {
                transform_patch_gradient<m>(grad + patch.row * task.grad_row + patch.column * channel_block,
                                            task.grad_row, to, position_step);
            } else {
                alignas(alignment) Row<float, m * m * channel_block> clipped;
                copy_clipped<m>(grad, task.grad_row, patch.row, patch.column, rows, columns, clipped);
                transform_patch_gradient<m>(clipped, m * channel_block, to, position_step);
            }
        }
    }
}

/// Transforms the patches asked for and puts them behind those collected so far.
/// Shapes: as in the task; scratch winograd_weight_scratch floats. Reads: src, grad_dst; zeros stand outside of both.
/// Writes: scratch. Requires: 64-byte alignment, room for the patches (src.group in all).
template <int m>
void winograd_collect(const WinogradWeightTask& task, float* scratch) {
    const std::ptrdiff_t block_step = std::ptrdiff_t{patch_spread(task.src.group)} * channel_block;
    float* const sources = scratch + task.collected * channel_block;
    detail::winograd_sources<m>(task.src, task.first_patch, task.last_patch - task.first_patch, sources);
    detail::winograd_gradients<m>(task, sources + position_count(m) * task.src.src_blocks * block_step);
}

/// Blocks whose products are to be formed: of the source, and of the gradient.
struct ProductBlocks {
    int first_src = 0;
    int last_src = 0;
    int first_grad = 0;
    int last_grad = 0;
};

/// Multiplies the collected patches.
/// Shapes: scratch as winograd_collect left it with `group` and `count` patches of src_blocks and grad_blocks blocks;
/// grad_weight [position][dst block][src block][channel][16] of the blocks asked for. Reads: scratch. Writes:
/// grad_weight. Requires: 64-byte alignment; sums run over patches.
template <int m, ProductTile tile>
void winograd_multiply(const float* scratch, int group, int count, int src_blocks, int grad_blocks,
                       const ProductBlocks& blocks, float* grad_weight, Ahead* ahead = nullptr) {
    static constexpr std::ptrdiff_t tap = 0;
    const std::ptrdiff_t block_step = std::ptrdiff_t{patch_spread(group)} * channel_block;
    const float* const gradients = scratch + position_count(m) * src_blocks * block_step;
    const int src_count = blocks.last_src - blocks.first_src;
    const int grad_count = blocks.last_grad - blocks.first_grad;
    for (int position = 0; position < position_count(m); ++position)
        conv_backward_weight<tile, channel_block, channel_block>(
            {.src = scratch + (position * src_blocks + blocks.first_src) * block_step,
             .src_block = block_step,
             .taps = &tap,
             .tap_count = 1,
             .src_blocks = src_count,
             .grad_dst = gradients + (position * grad_blocks + blocks.first_grad) * block_step,
             .grad_block = block_step,
             .dst_blocks = grad_count,
             .rows = 1,
             .columns = count,
             .grad_weight = grad_weight + 1L * position * grad_count * src_count * channel_block * channel_block,
             .starts = true,
             .ahead = ahead});
}

template <int m>
RESIDUA_INLINE void transform_weight_gradient_part(const float* sums, std::ptrdiff_t position_step, bool starts,
                                                   float* kernel) {
    constexpr int size = m + 2;
    const PositionRows<size, const float> positions(sums, position_step);
    Grid<PackPart, 3, size> values;
    unroll<size>([&](int column) RESIDUA_INLINE_LAMBDA {
        Row<PackPart, size> u;
        PackPart g[3];
        unroll<size>([&](int row) RESIDUA_INLINE_LAMBDA { u[row] = PackPart::load(positions.at(row, column)); });
        transform_weight_gradient<m>(u, g);
        unroll<3>([&](int row) RESIDUA_INLINE_LAMBDA { values[row][column] = g[row]; });
    });
    unroll<3>([&](int row) RESIDUA_INLINE_LAMBDA {
        PackPart g[3];
        transform_weight_gradient<m>(values[row], g);
        unroll<3>([&](int column) RESIDUA_INLINE_LAMBDA {
            float* const tap = kernel + (row * 3 + column) * channel_block;
            (starts ? g[column] : g[column] + PackPart::load(tap)).store(tap);
        });
    });
}

/// Takes the gradient of 16 x 16 transformed kernels back to the kernels.
/// Shapes: sums [position][channel][16], kernels [channel][9][16]. Reads: sums. Accumulates: kernels, or writes them if
/// `starts`. Requires: 64-byte alignment.
template <int m>
void winograd_weight_gradient(const float* sums, std::ptrdiff_t position_step, bool starts, float* kernels) {
    for (int channel = 0; channel < channel_block; ++channel, sums += channel_block, kernels += 9 * channel_block)
        for (int part = 0; part < channel_block; part += PackPart::size)
            detail::transform_weight_gradient_part<m>(sums + part, position_step, starts, kernels + part);
}

/// Multiplies the collected patches and takes the sums back to kernels, those of one block of the source and a tile's
/// blocks of the gradient at a time: they stay in the second-level cache from the one to the other.
/// Shapes: scratch, group and so on as in winograd_multiply; sums winograd_tile_sums() floats; kernels [dst block][src
/// block][channel][9][16]. Reads: scratch. Accumulates: kernels, or writes them if `starts`. Requires: 64-byte
/// alignment; sums run over patches.
template <int m, ProductTile tile>
void winograd_multiply_to_kernels(const float* scratch, int group, int count, int src_blocks, int grad_blocks,
                                  float* sums, float* kernels, bool starts, Ahead* ahead) {
    static_assert(tile.blocks <= most_tile_blocks);
    constexpr int square = channel_block * channel_block;
    for (int first = 0; first < grad_blocks; first += tile.blocks) {
        const int last = std::min(first + tile.blocks, grad_blocks);
        for (int src_block = 0; src_block < src_blocks; ++src_block) {
            winograd_multiply<m, tile>(scratch, group, count, src_blocks, grad_blocks,
                                       {src_block, src_block + 1, first, last}, sums, ahead);
            for (int block = first; block < last; ++block)
                winograd_weight_gradient<m>(sums + (block - first) * square, (last - first) * square, starts,
                                            kernels + (1L * block * src_blocks + src_block) * 9 * square);
        }
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA
