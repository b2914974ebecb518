#pragma once

#include <algorithm>
#include <cstddef>

#include <residua/kernel/ahead.hpp>
#include <residua/kernel/unroll.hpp>
#include <residua/simd/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The gradient of a convolution's weights from one image.
struct ConvBackwardWeightTask {
    const float* src = nullptr;  ///< first source pixel of output row 0, column 0, as in ConvTask
    std::ptrdiff_t src_block = 0;
    std::ptrdiff_t src_row = 0;
    const std::ptrdiff_t* taps = nullptr;
    int tap_count = 0;
    int src_blocks = 0;
    const float* grad_dst = nullptr;
    std::ptrdiff_t grad_block = 0;
    std::ptrdiff_t grad_row = 0;
    int dst_blocks = 0;
    int rows = 0;
    int columns = 0;
    float* grad_weight = nullptr;  ///< [dst block][src block][tap][channel of run][16]
    bool starts = false;           ///< with zeros, not with what is in grad_weight
    Ahead* ahead = nullptr;
};

/// The products that stay in registers: of `blocks` blocks of gradients with at most `channels` of a run, which is
/// divided evenly; where fewer blocks are left, of one with at most `rest_channels`.
struct ProductTile {
    int blocks = 1;
    int channels = 1;
    int rest_channels = 1;
};

/// A tile of products, of a run's `channels` from `src` on with `blocks` blocks of `grad`, summed up over the map.
template <int blocks, int channels, int pixel>
void conv_product_tile(const ConvBackwardWeightTask& task, const float* src, const float* grad,
                       std::ptrdiff_t block_weights, float* grad_weight) {
    // With one tap, a block of the source is needed for so short a time that the next must be on its way.
    const std::ptrdiff_t ahead = task.tap_count == 1 ? task.src_block : 0;
    const auto sum_at = [&](int b, int i)
                            RESIDUA_INLINE_LAMBDA { return grad_weight + b * block_weights + i * channel_block; };
    Grid<Pack, blocks, channels> sum;
    unroll<blocks>([&](int b) RESIDUA_INLINE_LAMBDA {
        unroll<channels>(
            [&](int i) RESIDUA_INLINE_LAMBDA { sum[b][i] = task.starts ? Pack::zero() : Pack::load(sum_at(b, i)); });
    });
    for (int row = 0; row < task.rows; ++row) {
        fetch(task.ahead);
        const float* s = src + row * task.src_row;
        const float* g = grad + row * task.grad_row;
        for (int column = 0; column < task.columns; ++column, s += pixel, g += channel_block) {
            __builtin_prefetch(s + ahead);
            Row<Pack, blocks> value;
            unroll<blocks>([&](int b) RESIDUA_INLINE_LAMBDA { value[b] = Pack::load(g + b * task.grad_block); });
            unroll<channels>([&](int i) RESIDUA_INLINE_LAMBDA {
                const Pack factor = Pack::broadcast(s[i]);
                unroll<blocks>([&](int b) RESIDUA_INLINE_LAMBDA { sum[b][i] = fma(factor, value[b], sum[b][i]); });
            });
        }
    }
    unroll<blocks>([&](int b) RESIDUA_INLINE_LAMBDA {
        unroll<channels>([&](int i) RESIDUA_INLINE_LAMBDA { sum[b][i].store(sum_at(b, i)); });
    });
}

/// The products of all blocks and taps, tile by tile.
template <ProductTile tile, int run, int pixel>
void conv_products(const ConvBackwardWeightTask& task) {
    constexpr int tiles = (run + tile.channels - 1) / tile.channels;
    constexpr int channels = run / tiles;
    constexpr int wider = run % tiles;  // tiles that have one channel more
    const std::ptrdiff_t block_weights = std::ptrdiff_t{task.src_blocks} * task.tap_count * run * channel_block;
    int dst_block = 0;
    for (; dst_block + tile.blocks <= task.dst_blocks; dst_block += tile.blocks) {
        const float* grad = task.grad_dst + dst_block * task.grad_block;
        float* grad_weight = task.grad_weight + dst_block * block_weights;
        for (int src_block = 0; src_block < task.src_blocks; ++src_block) {
            for (int tap = 0; tap < task.tap_count; ++tap) {
                const float* src = task.src + src_block * task.src_block + task.taps[tap];
                if constexpr (wider > 0)
                    for (int i = 0; i < wider; ++i, src += channels + 1, grad_weight += (channels + 1) * channel_block)
                        conv_product_tile<tile.blocks, channels + 1, pixel>(task, src, grad, block_weights,
                                                                            grad_weight);
                for (int i = wider; i < tiles; ++i, src += channels, grad_weight += channels * channel_block)
                    conv_product_tile<tile.blocks, channels, pixel>(task, src, grad, block_weights, grad_weight);
            }
        }
    }
    if constexpr (tile.blocks > 1) {
        ConvBackwardWeightTask rest = task;
        rest.grad_dst += dst_block * task.grad_block;
        rest.grad_weight += dst_block * block_weights;
        rest.dst_blocks -= dst_block;
        conv_products<ProductTile{1, tile.rest_channels}, run, pixel>(rest);
    }
}

/// Pixels that all tiles pass over before the next ones: what they read of a block of the source and of the gradient
/// stays in the first-level cache, and sums are fetched and stored seldom enough.
inline constexpr int near_pixels = 14 * 14;

/// Rows, or columns of a row, with near pixels, of which each has so many: all parts alike.
constexpr int near_part(int count, int pixels) {
    const int most = std::max(1, near_pixels / pixels);
    const int parts = (count + most - 1) / most;
    return (count + parts - 1) / parts;
}

/// Outer products over all pixels: a tile of them stays in registers while some rows, or some columns of a single row,
/// pass.
/// Shapes: as in the task; `run` channels a source pixel, `pixel` floats between source pixels.
/// Reads:  src, grad_dst (pixels of 16 channels). Accumulates: grad_weight, or writes it if the task starts. Requires:
/// 64-byte aligned grad_dst and grad_weight; sums run over rows, then columns.
template <ProductTile tile, int run, int pixel>
void conv_backward_weight(const ConvBackwardWeightTask& task) {
    ConvBackwardWeightTask part = task;
    if (task.rows == 1) {
        const int together = detail::near_part(task.columns, 1);
        for (int first = 0; first < task.columns; first += together) {
            part.columns = std::min(together, task.columns - first);
            part.src = task.src + std::ptrdiff_t{first} * pixel;
            part.grad_dst = task.grad_dst + std::ptrdiff_t{first} * channel_block;
            part.starts = task.starts && first == 0;
            detail::conv_products<tile, run, pixel>(part);
        }
        return;
    }
    const int together = detail::near_part(task.rows, task.columns);
    for (int first = 0; first < task.rows; first += together) {
        part.rows = std::min(together, task.rows - first);
        part.src = task.src + first * task.src_row;
        part.grad_dst = task.grad_dst + first * task.grad_row;
        part.starts = task.starts && first == 0;
        detail::conv_products<tile, run, pixel>(part);
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA
