#pragma once

#include <algorithm>
#include <cstddef>

#include <residua/kernel/simd/grouped_source.hpp>

/// \file
/// Weights of grouped convolutions, between PyTorch's order, dst channel x source channel of the group x row x column,
/// and that of the kernels: [block][phase of rows][phase of columns][row of taps][slot][tap][exchanged][16]. A lane
/// that is exchanged by `i` meets source channel lane ^ i of its piece.

namespace residua::detail::inline RESIDUA_ISA {

/// Calls `visit(slot, row of the kernel, column of the kernel, exchanged)` in the order of a block's packed weights.
template <class Visit>
void for_grouped_weights(const Slide& slide, const Visit& visit) {
    for (int row_phase = 0; row_phase < slide.rows.phases(); ++row_phase)
        for (int phase = 0; phase < slide.columns.phases(); ++phase)
            for (int row = 0; row < slide.rows.taps(row_phase); ++row)
                for (int slot = 0; slot < slide.slots(); ++slot)
                    for (int tap = 0; tap < slide.columns.taps(phase); ++tap)
                        for (int exchanged = 0; exchanged < slide.lanes; ++exchanged)
                            visit(slot, slide.rows.kernel_position(row_phase, row),
                                  slide.columns.kernel_position(phase, tap), exchanged);
}

/// The source channel of a piece that a lane meets.
constexpr int met_channel(const Slide& slide, int lane, int exchanged) {
    return slide.lanes == channel_block ? exchanged : lane % slide.lanes ^ exchanged;
}

/// Where PyTorch has the weight of a dst channel and a source channel of its group.
constexpr long grouped_weight(const GroupedConv& conv, int dst_channel, int src_channel, int row, int column) {
    return ((1L * dst_channel * conv.src_channels() + src_channel) * conv.window.kernel_h + row) *
               conv.window.kernel_w +
           column;
}

/// The weights of one block of dst channels.
/// Shapes: weights in PyTorch's order; scale a factor for each dst channel, null for ones; packed of all blocks,
/// grouped_floats. Reads: weights, scale. Writes: packed of this block, zeros where there is no channel. Requires:
/// nothing.
inline void pack_grouped(const GroupedConv& conv, const float* weights, const float* scale, int block, float* packed) {
    const Slide slide = Slide::forward(conv);
    packed += block * slide.block_weights();
    detail::for_grouped_weights(slide, [&](int slot, int row, int column, int exchanged) {
        for (int lane = 0; lane < channel_block; ++lane) {
            const int channel = block * channel_block + lane;
            const int from = slot * slide.lanes + detail::met_channel(slide, lane, exchanged);
            *packed++ = channel < conv.dst.c ? weights[detail::grouped_weight(conv, channel, from, row, column)] *
                                                   (scale == nullptr ? 1.0f : scale[channel])
                                             : 0.0f;
        }
    });
}

/// The weights of one block of source channels, for their gradient.
/// Shapes: weights in PyTorch's order; packed of all blocks, grouped_backward_floats. Reads: weights. Writes: packed of
/// this block, zeros where there is no channel. Requires: nothing.
inline void pack_grouped_backward(const GroupedConv& conv, const float* weights, int block, float* packed) {
    const Slide slide = Slide::backward(conv);
    packed += block * slide.block_weights();
    detail::for_grouped_weights(slide, [&](int slot, int row, int column, int exchanged) {
        for (int lane = 0; lane < channel_block; ++lane) {
            const int channel = block * channel_block + lane;
            const int to = channel / conv.src_channels() * conv.dst_channels() + slot * slide.lanes +
                           detail::met_channel(slide, lane, exchanged);
            *packed++ = channel < conv.src.c
                            ? weights[detail::grouped_weight(conv, to, channel % conv.src_channels(), row, column)]
                            : 0.0f;
        }
    });
}

/// The gradient of the weights of one block of dst channels, from a slice or a sum of slices. Where lanes are
/// exchanged, those of the gradient are, not those of the source as in the convolution. Shapes: sums of all blocks,
/// grouped_floats; grad_weights in PyTorch's order. Reads: sums of this block. Writes: grad_weights of its channels.
/// Requires: nothing.
inline void unpack_grouped(const GroupedConv& conv, const float* sums, int block, float* grad_weights) {
    const Slide slide = Slide::forward(conv);
    sums += block * slide.block_weights();
    detail::for_grouped_weights(slide, [&](int slot, int row, int column, int exchanged) {
        for (int lane = 0; lane < channel_block; ++lane) {
            const int at = slide.lanes == channel_block ? lane : lane ^ exchanged;
            const int channel = block * channel_block + at;
            const int from = slot * slide.lanes + detail::met_channel(slide, at, exchanged);
            const float sum = *sums++;
            if (channel < conv.dst.c) grad_weights[detail::grouped_weight(conv, channel, from, row, column)] = sum;
        }
    });
}

}  // namespace residua::detail::inline RESIDUA_ISA
