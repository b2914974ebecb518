#pragma once

#include <cstddef>
#include <vector>

#include <residua/geometry/weight_order.hpp>
#include <residua/lower/tiling.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Offsets of a kernel's taps from the source of an output pixel. Rows of a packed source are contiguous, so a tap is a
/// row.
inline std::vector<std::ptrdiff_t> forward_taps(const Layout& src, const Window& window) {
    std::vector<std::ptrdiff_t> taps;
    for (int h = 0; h < window.kernel_h; ++h)
        for (int w = 0; w < (src.packed ? 1 : window.kernel_w); ++w) taps.push_back(h * src.row() + w * src.pixel());
    return taps;
}

/// The order of a forward convolution's packed weights.
constexpr WeightOrder forward_order(const Layout& src, int dst_channels, const Window& window, const Tiling& tiling) {
    return {dst_channels, tiling.dst_blocks, src.blocks(), src.packed ? window.kernel_h : window.taps(), tiling.run};
}

/// Where the weight for a source block, tap and channel of a run stands within one dst channel's weights; -1 for
/// channels that fill up the last block.
constexpr long weight_position(const Layout& src, const Window& window, int src_block, int tap, int c) {
    if (src.packed)
        return (static_cast<long>(c % src.shape.c) * window.kernel_h + tap) * window.kernel_w + c / src.shape.c;
    const int channel = src_block * channel_block + c;
    return channel < src.shape.c ? 1L * channel * window.taps() + tap : -1;
}

/// The other way round, for a column of a src block's weights (of all weights, if the source is packed): how many
/// places behind those of the block's first tap and channel.
constexpr int weight_place(const Layout& src, const Window& window, int column) {
    return column % window.taps() * src.pixel() + column / window.taps();
}

/// The pixels of a source gradient whose row and column leave the same remainders when divided by the stride: they are
/// a convolution of the dst gradient with the taps that reach them.
struct BackwardPhase {
    int row = 0;  ///< remainders
    int column = 0;
    std::vector<std::ptrdiff_t>
        taps{};                      ///< offsets in the framed gradient from the pixel (row / stride, column / stride)
    std::vector<int> kernel_taps{};  ///< which taps of the forward kernel
};

/// Gradients of the source at position p come from dst positions (p + padding - tap) / stride where that divides
/// evenly.
inline std::vector<BackwardPhase> backward_phases(const Layout& grad, const Window& window) {
    std::vector<BackwardPhase> phases;
    for (int row = 0; row < window.stride; ++row)
        for (int column = 0; column < window.stride; ++column) {
            BackwardPhase phase{row, column};
            for (int h = 0; h < window.kernel_h; ++h)
                for (int w = 0; w < window.kernel_w; ++w) {
                    const int down = row + window.padding - h;
                    const int right = column + window.padding - w;
                    if (down % window.stride != 0 || right % window.stride != 0) continue;
                    phase.taps.push_back(down / window.stride * grad.row() + right / window.stride * grad.pixel());
                    phase.kernel_taps.push_back(h * window.kernel_w + w);
                }
            phases.push_back(std::move(phase));
        }
    return phases;
}

}  // namespace residua::detail::inline RESIDUA_ISA
