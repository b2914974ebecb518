#pragma once

#include <residua/kernel/simd/winograd_backward_weight.hpp>
#include <residua/lower/taps.hpp>
#include <residua/op/conv/lower.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// From the sums of the kernels to the gradient of a convolution's weights in PyTorch's layout, out x in x rows x
/// columns, a few blocks of dst channels at a time.
class WeightGradient {
  public:
    WeightGradient(const Layout& src, const Layout& dst, const Window& window, const WeightOrder& order,
                   float* grad_weight)
        : src_{src}, dst_{dst}, window_{window}, order_{order}, grad_weight_{grad_weight} {}

    /// Adds up the slices' sums of the dst blocks [first, last), always from the first slice to the last.
    void reduce(const float* slices, long slice_step, int slice_count, int first, int last) const {
        const long per_dst = 1L * src_.shape.c * window_.taps();
        const int taps = order_.taps;
        const long rows = 1L * order_.src_blocks * taps * order_.run;
        for (int block = first; block < last; ++block) {
            const float* from = slices + block * rows * channel_block;
            for (int src_block = 0; src_block < order_.src_blocks; ++src_block)
                for (int tap = 0; tap < taps; ++tap)
                    for (int c = 0; c < order_.run; ++c, from += channel_block) {
                        const long position = weight_position(src_, window_, src_block, tap, c);
                        if (position < 0) continue;
                        Pack sum = Pack::load(from);
                        for (int slice = 1; slice < slice_count; ++slice) sum += Pack::load(from + slice * slice_step);
                        alignas(alignment) float lanes[channel_block];
                        sum.store(lanes);
                        const int valid = std::min(channel_block, dst_.shape.c - block * channel_block);
                        for (int lane = 0; lane < valid; ++lane)
                            grad_weight_[(block * channel_block + lane) * per_dst + position] = lanes[lane];
                    }
        }
    }

    /// The same from sums of minimal filtering, [dst block][src block][channel][tap][16]. Slice by slice, because long
    /// runs of memory arrive sooner than lines of all slices in turn.
    void reduce_kernels(const float* slices, long slice_step, int slice_count, int first, int last) const {
        constexpr int floats = channel_block * 9 * channel_block;
        for (int block = first; block < last; ++block)
            for (int src_block = 0; src_block < src_.blocks(); ++src_block) {
                const float* from = slices + (1L * block * src_.blocks() + src_block) * floats;
                alignas(alignment) float sums[floats];
                std::copy_n(from, floats, sums);
                for (int slice = 1; slice < slice_count; ++slice) {
                    from += slice_step;
                    for (int i = 0; i < floats; i += channel_block)
                        (Pack::load(sums + i) + Pack::load(from + i)).store(sums + i);
                }
                write_kernels(sums, block, src_block);
            }
    }

    /// The dst blocks [first, last) over the whole batch: `sum_up(blocks, sums)` writes sums,
    /// [position][dst block][src block][channel][16]. All blocks of the source at once, position by position: what is
    /// read of the gradient stays in the cache.
    template <int m, class SumUp>
    void whole_gradient_winograd(const SumUp& sum_up, int first, int last, float* sums) const {
        constexpr int square = channel_block * channel_block;
        const long blocks = src_.blocks();
        const long per_position = (last - first) * blocks * square;
        sum_up(ProductBlocks{0, src_.blocks(), first, last}, sums);
        for (int block = first; block < last; ++block)
            for (int src_block = 0; src_block < src_.blocks(); ++src_block) {
                alignas(alignment) float kernels[channel_block * 9 * channel_block];
                winograd_weight_gradient<m>(sums + ((block - first) * blocks + src_block) * square, per_position, true,
                                            kernels);
                write_kernels(kernels, block, src_block);
            }
    }
    /// The same for a direct convolution, a few blocks of the source at a time; sums are [dst block][src
    /// block][tap][channel][16].
    template <class SumUp>
    void whole_gradient(const SumUp& sum_up, int first, int last, float* sums) const {
        const long kernels = 1L * window_.taps() * channel_block * channel_block;
        const int most = source_blocks(src_, dst_.shape, window_);
        for (int first_src = 0; first_src < src_.blocks(); first_src += most) {
            const int count = std::min(most, src_.blocks() - first_src);
            sum_up(ProductBlocks{first_src, first_src + count, first, last}, sums);
            for (int block = first; block < last; ++block)
                for (int i = 0; i < count; ++i)
                    write_taps(sums + ((block - first) * count + i) * kernels, block, first_src + i);
        }
    }

  private:
    /// From [channel][tap][16] to PyTorch's layout.
    void write_kernels(const float* kernels, int block, int src_block) const {
        write_columns(block, src_block, [&](int i) { return kernels + i * channel_block; });
    }
    /// From [tap][channel][16] to PyTorch's layout.
    void write_taps(const float* sums, int block, int src_block) const {
        const int taps = window_.taps();
        write_columns(block, src_block,
                      [&](int i) { return sums + (i % taps * channel_block + i / taps) * channel_block; });
    }

    /// Writes what belongs to a block of the source into the rows of a dst block, sixteen columns, each channels x
    /// taps, at a time: `column(i)` are column i's values for the sixteen rows.
    template <class Column>
    void write_columns(int block, int src_block, const Column& column) const {
        const int taps = window_.taps();
        const int count = std::min(channel_block, src_.shape.c - src_block * channel_block) * taps;
        const int rows = std::min(channel_block, dst_.shape.c - block * channel_block);
        const long row = 1L * src_.shape.c * taps;
        float* const to = grad_weight_ + block * channel_block * row + 1L * src_block * channel_block * taps;
        for (int first = 0; first < count; first += channel_block) {
            alignas(alignment) float lanes[channel_block][channel_block];
            const int there = std::min(channel_block, count - first);
            for (int i = 0; i < there; ++i)
                for (int lane = 0; lane < channel_block; ++lane) lanes[lane][i] = column(first + i)[lane];
            for (int lane = 0; lane < rows; ++lane)
                if (there == channel_block)
                    std::copy_n(lanes[lane], channel_block, to + lane * row + first);
                else
                    std::copy_n(lanes[lane], there, to + lane * row + first);
        }
    }

    const Layout& src_;
    const Layout& dst_;
    const Window& window_;
    const WeightOrder& order_;
    float* grad_weight_;
};

}  // namespace residua::detail::inline RESIDUA_ISA
