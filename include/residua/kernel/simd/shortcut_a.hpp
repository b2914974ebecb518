#pragma once

#include <algorithm>

#include <residua/kernel/view.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Zero channels before the old ones in shortcut option A: half of the new channels, rounded down.
constexpr int leading_zeros(int src_channels, int dst_channels) { return (dst_channels - src_channels) / 2; }

/// Shortcut option A: every stride-th pixel, zeros for the new channels.
/// Shapes: src c x h x w, dst c' x h' x w' with c' >= c. Reads: src. Writes: dst. Requires: both blocked.
inline void shortcut_a(const MapView<const float>& src, const MapView<float>& dst, int stride) {
    const auto [c, h, w] = dst.layout.shape;
    for (int block = 0; block < dst.layout.blocks(); ++block)
        for (int row = 0; row < h; ++row) std::fill_n(dst.at(block, row), std::ptrdiff_t{w} * channel_block, 0.0f);
    const int offset = leading_zeros(src.layout.shape.c, c);
    for (int channel = 0; channel < src.layout.shape.c;) {
        const int to = channel + offset;
        const int run = std::min({channel_block - channel % channel_block, channel_block - to % channel_block,
                                  src.layout.shape.c - channel});
        for (int row = 0; row < h; ++row) {
            const float* from = src.at(channel / channel_block, row * stride) + channel % channel_block;
            float* into = dst.at(to / channel_block, row) + to % channel_block;
            for (int column = 0; column < w; ++column, from += stride * channel_block, into += channel_block)
                std::copy_n(from, run, into);
        }
        channel += run;
    }
}

/// The way back of option A.
/// Shapes: as shortcut_a. Reads: grad_dst. Writes: grad_src. Requires: both blocked.
inline void shortcut_a_backward(const MapView<const float>& grad_dst, const MapView<float>& grad_src, int stride) {
    const auto [c, h, w] = grad_src.layout.shape;
    for (int block = 0; block < grad_src.layout.blocks(); ++block)
        for (int row = 0; row < h; ++row) std::fill_n(grad_src.at(block, row), std::ptrdiff_t{w} * channel_block, 0.0f);
    const int offset = leading_zeros(c, grad_dst.layout.shape.c);
    for (int channel = 0; channel < c;) {
        const int from_channel = channel + offset;
        const int run = std::min(
            {channel_block - channel % channel_block, channel_block - from_channel % channel_block, c - channel});
        for (int row = 0; row < grad_dst.layout.shape.h; ++row) {
            const float* from = grad_dst.at(from_channel / channel_block, row) + from_channel % channel_block;
            float* into = grad_src.at(channel / channel_block, row * stride) + channel % channel_block;
            for (int column = 0; column < grad_dst.layout.shape.w;
                 ++column, from += channel_block, into += stride * channel_block)
                std::copy_n(from, run, into);
        }
        channel += run;
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA
