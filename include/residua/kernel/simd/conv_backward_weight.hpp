#pragma once

#include <cstddef>

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
};

/// Outer products over all pixels: `channels` x 16 sums stay in registers while the map passes.
/// Shapes: as in the task; `run` channels a source pixel, a multiple of `channels`; `pixel` floats between source
/// pixels. Reads:  src, grad_dst (pixels of 16 channels). Accumulates: grad_weight. Requires: 64-byte aligned grad_dst
/// and grad_weight; sums run over rows, then columns.
template <int channels, int run, int pixel>
void conv_backward_weight(const ConvBackwardWeightTask& task) {
    static_assert(run % channels == 0);
    float* grad_weight = task.grad_weight;
    for (int dst_block = 0; dst_block < task.dst_blocks; ++dst_block) {
        const float* grad = task.grad_dst + dst_block * task.grad_block;
        for (int src_block = 0; src_block < task.src_blocks; ++src_block) {
            for (int tap = 0; tap < task.tap_count; ++tap) {
                for (int c = 0; c < run; c += channels, grad_weight += channels * channel_block) {
                    const float* src = task.src + src_block * task.src_block + task.taps[tap] + c;
                    Pack sum[channels];
                    detail::unroll<channels>([&](auto i) { sum[i] = Pack::load(grad_weight + i * channel_block); });
                    for (int row = 0; row < task.rows; ++row) {
                        const float* s = src + row * task.src_row;
                        const float* g = grad + row * task.grad_row;
                        for (int column = 0; column < task.columns; ++column, s += pixel, g += channel_block) {
                            const Pack value = Pack::load(g);
                            detail::unroll<channels>(
                                [&](auto i) { sum[i] = fma(Pack::broadcast(s[i]), value, sum[i]); });
                        }
                    }
                    detail::unroll<channels>([&](auto i) { sum[i].store(grad_weight + i * channel_block); });
                }
            }
        }
    }
}

}  // namespace residua::inline RESIDUA_ISA
