#pragma once

#include <algorithm>
#include <numeric>

#include <residua/geometry/layout.hpp>
#include <residua/geometry/window.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// A convolution whose result channels see the source channels of their own group only.
struct GroupedConv {
    Chw src{};
    Chw dst{};
    int groups = 1;
    Window window{};

    [[nodiscard]] constexpr int src_channels() const { return src.c / groups; }  ///< of a group
    [[nodiscard]] constexpr int dst_channels() const { return dst.c / groups; }
    /// Lanes of a block that lie side by side in one group of the source and in one of the result: whole groups, or
    /// parts of them.
    [[nodiscard]] constexpr int lanes() const {
        return std::gcd(std::gcd(src_channels(), dst_channels()), channel_block);
    }
};

/// Along rows or along columns, which source positions a result position sums up. Turned round for the gradient of the
/// source: there every stride-th result position, a *phase* of them, has the same taps, every stride-th of the kernel.
/// So nobody multiplies the zeros which one would put between the gradient's pixels.
struct SlideAxis {
    int kernel = 1;
    int stride = 1;
    int padding = 0;
    bool turned = false;

    [[nodiscard]] constexpr int phases() const { return turned ? stride : 1; }
    [[nodiscard]] constexpr int phase(int result) const {
        return phases() == 1 ? 0 : result + padding - divided(result + padding) * stride;
    }
    [[nodiscard]] constexpr int taps(int phase) const {
        return phases() == 1 ? kernel : phase < kernel ? divided(kernel - phase + stride - 1) : 0;
    }
    /// How many of all results are of the phase of the first one.
    [[nodiscard]] constexpr int results(int first, int size) const {
        return phases() == 1 ? size : (size - first - 1) / stride + 1;
    }
    /// Taps of all phases before this one.
    [[nodiscard]] constexpr int taps_before(int phase) const {
        int taps = 0;
        for (int before = 0; before < phase; ++before) taps += this->taps(before);
        return taps;
    }
    /// Where in the kernel a tap of a phase is.
    [[nodiscard]] constexpr int kernel_position(int phase, int tap) const {
        return turned ? phase + (taps(phase) - 1 - tap) * stride : tap;
    }
    /// Source positions [first, end) of a result; neither falls as the result grows.
    [[nodiscard]] constexpr int first(int result) const {
        return turned ? end(result) - taps(phase(result)) : result * stride - padding;
    }
    [[nodiscard]] constexpr int end(int result) const {
        return turned ? divided(result + padding) + 1 : first(result) + kernel;
    }
    /// Source positions from one result of a phase to the next.
    [[nodiscard]] constexpr int step() const { return turned ? 1 : stride; }
    /// The most source positions that so many results in a row sum up.
    [[nodiscard]] constexpr int span(int results) const {
        return turned ? divided(results + stride - 2) + taps(0) : (results - 1) * stride + kernel;
    }

  private:
    /// By the stride. A small map's row takes little longer than the divisions of its positions would.
    [[nodiscard]] constexpr int divided(int position) const { return stride == 1 ? position : position / stride; }
};

/// Pixels of a tile. With a width of 7 beside it, the maps of most networks are divided evenly.
inline constexpr int grouped_width = 8;

/// A grouped convolution, or the gradient of its source, which is one as well: of the gradient, with the kernels turned
/// round.
struct Slide {
    Chw src{};
    Chw dst{};
    int src_channels = 1;  ///< of a group
    int dst_channels = 1;
    int lanes = 1;
    SlideAxis rows{};
    SlideAxis columns{};

    static constexpr Slide forward(const GroupedConv& conv) {
        const auto [kernel_h, kernel_w, stride, padding] = conv.window;
        return {conv.src,
                conv.dst,
                conv.src_channels(),
                conv.dst_channels(),
                conv.lanes(),
                {kernel_h, stride, padding, false},
                {kernel_w, stride, padding, false}};
    }
    static constexpr Slide backward(const GroupedConv& conv) {
        const auto [kernel_h, kernel_w, stride, padding] = conv.window;
        return {conv.dst,
                conv.src,
                conv.dst_channels(),
                conv.src_channels(),
                conv.lanes(),
                {kernel_h, stride, padding, true},
                {kernel_w, stride, padding, true}};
    }

    /// Source vectors at a pixel; the lanes of each are exchanged `lanes` times.
    [[nodiscard]] constexpr int slots() const { return src_channels / lanes; }
    /// Weights of a block of results.
    [[nodiscard]] constexpr long block_weights() const {
        return 1L * rows.kernel * columns.kernel * src_channels * channel_block;
    }
    /// The source channel in lane 0 of a slot's piece for result channel `channel`, a multiple of `lanes`.
    [[nodiscard]] constexpr int src_channel(int channel, int slot) const {
        return channel / dst_channels * src_channels + slot * lanes;
    }
    /// Whether all lanes of a source vector lie in one block of the source, in their places.
    [[nodiscard]] constexpr bool is_aligned() const {
        return lanes == channel_block || (src_channels == lanes && dst_channels == lanes);
    }
    /// Whether source vectors can be read from the map: zeros around it are in its frame.
    [[nodiscard]] constexpr bool reads_map(const Layout& layout) const {
        const auto within = [&](const SlideAxis& axis, int results, int size) {
            return axis.first(0) >= -layout.halo && axis.end(results - 1) <= size + layout.halo;
        };
        return is_aligned() && within(rows, dst.h, src.h) && within(columns, dst.w, src.w);
    }
};

/// Source vectors of some rows of a block, where they are not read from the map: [slot][row][column][16].
struct Strip {
    int before = 0;   ///< columns of zeros
    int columns = 0;  ///< all, those that only a tile reads which is wider than the map among them
    int rows = 1;     ///< of results whose source vectors fit into a strip

    static constexpr Strip of(const Slide& slide) {
        constexpr long most_floats = 32 * 1024;  // half of a small second-level cache
        const SlideAxis& axis = slide.columns;
        Strip strip{.before = std::max(0, -axis.first(0))};
        for (int first = 0; first < std::min(axis.phases(), slide.dst.w); ++first) {
            const int results = std::max(axis.results(first, slide.dst.w), grouped_width);
            strip.columns = std::max(strip.columns, strip.before + axis.end(first) + (results - 1) * axis.step());
        }
        while (strip.rows < slide.dst.h && strip.floats_of(slide, strip.rows + 1) <= most_floats) ++strip.rows;
        return strip;
    }

    [[nodiscard]] constexpr long row() const { return 1L * columns * channel_block; }
    [[nodiscard]] constexpr long floats_of(const Slide& slide, int results) const {
        return slide.slots() * slide.rows.span(results) * row();
    }
    [[nodiscard]] constexpr long floats(const Slide& slide) const { return floats_of(slide, rows); }
};

/// What makes a difference to the code of a grouped convolution.
struct GroupedKernel {
    int lanes = 1;     ///< that are exchanged
    int row_taps = 1;  ///< of the kernel, taken together; 1: one by one
    int stride = 1;    ///< 0: any

    friend constexpr bool operator==(const GroupedKernel&, const GroupedKernel&) = default;
};

constexpr GroupedKernel grouped_kernel(const GroupedConv& conv) {
    const int lanes = conv.lanes();
    const auto [kernel_h, kernel_w, stride, padding] = conv.window;
    const bool together = stride <= 2 && (kernel_w == 3 || (lanes == 1 && (kernel_w == 5 || kernel_w == 7)));
    return {lanes, together ? kernel_w : 1, stride <= 2 ? stride : 0};
}

/// The kernel that computes the gradient of the source: of steps of one pixel, whatever the stride, and with a stride
/// of kernels that are apart.
constexpr GroupedKernel backward_kernel(GroupedKernel kernel) {
    return {kernel.lanes, kernel.stride == 1 ? kernel.row_taps : 1, 1};
}

/// Floats of the weights of a convolution, packed for its results or, as their gradient, in a slice.
constexpr long grouped_floats(const GroupedConv& conv) {
    return block_count(conv.dst.c) * Slide::forward(conv).block_weights();
}
/// The same packed for the gradient of the source.
constexpr long grouped_backward_floats(const GroupedConv& conv) {
    return block_count(conv.src.c) * Slide::backward(conv).block_weights();
}
/// Floats that each thread needs for the results and for the gradient of the weights.
constexpr long grouped_scratch(const GroupedConv& conv) {
    const Slide slide = Slide::forward(conv);
    return Strip::of(slide).floats(slide);
}
/// The same for the gradient of the source.
constexpr long grouped_backward_scratch(const GroupedConv& conv) {
    const Slide slide = Slide::backward(conv);
    return Strip::of(slide).floats(slide);
}

}  // namespace residua::detail::inline RESIDUA_ISA
