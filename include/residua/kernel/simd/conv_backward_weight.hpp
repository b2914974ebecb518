#pragma once

#include <cstddef>

#include <residua/kernel/ahead.hpp>
#include <residua/kernel/unroll.hpp>
#include <residua/tensor/pack.hpp>

namespace residua::inline RESIDUA_ISA {

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

/// The products that stay in registers: of `blocks` blocks of gradients with `channels` of a run, which they divide;
/// where fewer blocks are left, of one with `rest_channels`.
struct ProductTile {
    int blocks = 1;
    int channels = 1;
    int rest_channels = 1;
};

/// Outer products over all pixels: a tile of them stays in registers while the map passes.
/// Shapes: as in the task; `run` channels a source pixel, `pixel` floats between source pixels.
/// Reads:  src, grad_dst (pixels of 16 channels). Accumulates: grad_weight, or writes it if the task starts. Requires:
/// 64-byte aligned grad_dst and grad_weight; sums run over rows, then columns.
template <ProductTile tile, int run, int pixel>
void conv_backward_weight(const ConvBackwardWeightTask& task) {
    constexpr int tile_blocks = tile.blocks;
    constexpr int channels = tile.channels;
    static_assert(run % channels == 0);
    const std::ptrdiff_t block_weights = std::ptrdiff_t{task.src_blocks} * task.tap_count * run * channel_block;
    // With one tap, a block of the source is needed for so short a time that the next must be on its way.
    const std::ptrdiff_t ahead = task.tap_count == 1 ? task.src_block : 0;
    int dst_block = 0;
    for (; dst_block + tile_blocks <= task.dst_blocks; dst_block += tile_blocks) {
        const float* grad = task.grad_dst + dst_block * task.grad_block;
        float* grad_weight = task.grad_weight + dst_block * block_weights;
        for (int src_block = 0; src_block < task.src_blocks; ++src_block) {
            for (int tap = 0; tap < task.tap_count; ++tap) {
                for (int c = 0; c < run; c += channels, grad_weight += channels * channel_block) {
                    const float* src = task.src + src_block * task.src_block + task.taps[tap] + c;
                    const auto sum_at = [&](int b, int i) RESIDUA_INLINE_LAMBDA {
                        return grad_weight + b * block_weights + i * channel_block;
                    };
                    Pack sum[tile_blocks][channels];
                    detail::unroll<tile_blocks>([&](auto b) RESIDUA_INLINE_LAMBDA {
                        detail::unroll<channels>([&](auto i) RESIDUA_INLINE_LAMBDA {
                            sum[b][i] = task.starts ? Pack::zero() : Pack::load(sum_at(b, i));
                        });
                    });
                    for (int row = 0; row < task.rows; ++row) {
                        detail::fetch(task.ahead);
                        const float* s = src + row * task.src_row;
                        const float* g = grad + row * task.grad_row;
                        for (int column = 0; column < task.columns; ++column, s += pixel, g += channel_block) {
                            __builtin_prefetch(s + ahead);
                            Pack value[tile_blocks];
                            detail::unroll<tile_blocks>(
                                [&](auto b) RESIDUA_INLINE_LAMBDA { value[b] = Pack::load(g + b * task.grad_block); });
                            detail::unroll<channels>([&](auto i) RESIDUA_INLINE_LAMBDA {
                                const Pack factor = Pack::broadcast(s[i]);
                                detail::unroll<tile_blocks>([&](auto b) RESIDUA_INLINE_LAMBDA {
                                    sum[b][i] = fma(factor, value[b], sum[b][i]);
                                });
                            });
                        }
                    }
                    detail::unroll<tile_blocks>([&](auto b) RESIDUA_INLINE_LAMBDA {
                        detail::unroll<channels>([&](auto i) RESIDUA_INLINE_LAMBDA { sum[b][i].store(sum_at(b, i)); });
                    });
                }
            }
        }
    }
    if constexpr (tile_blocks > 1) {
        ConvBackwardWeightTask rest = task;
        rest.grad_dst += dst_block * task.grad_block;
        rest.grad_weight += dst_block * block_weights;
        rest.dst_blocks -= dst_block;
        conv_backward_weight<ProductTile{1, tile.rest_channels}, run, pixel>(rest);
    }
}

}  // namespace residua::inline RESIDUA_ISA
