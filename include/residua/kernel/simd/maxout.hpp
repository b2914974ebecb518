#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <residua/kernel/view.hpp>
#include <residua/simd/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The runs of channels that one block of a maxout's result is made of. They begin where a block of the source does,
/// and fill as many blocks as a run has pieces; at the end of the channels fewer. `Pieces` is int, or a constant.
/// Blocks of the source are a step apart, those of its gradient, which may have another frame, a step of their own.
template <class Pieces>
struct MaxoutRuns {
    Pieces pieces;
    int count;  ///< runs, one for each channel of the result's block

    MaxoutRuns(Pieces in_a_run, const Layout& dst, int block)
        : pieces{in_a_run}, count{std::min(dst.shape.c - block * channel_block, channel_block)} {}

    [[nodiscard]] RESIDUA_INLINE std::ptrdiff_t position(int run, int piece, std::ptrdiff_t step) const {
        const int channel = run * pieces + piece;
        return channel / channel_block * step + channel % channel_block;
    }

    /// A pixel's piece of each run; zeros in the lanes without one.
    [[nodiscard]] RESIDUA_INLINE Pack load(const float* src, std::ptrdiff_t step, int piece) const {
        alignas(alignment) float lanes[channel_block] = {};
        if (count == channel_block)
            for (int run = 0; run < channel_block; ++run) lanes[run] = src[position(run, piece, step)];
        else
            for (int run = 0; run < count; ++run) lanes[run] = src[position(run, piece, step)];
        return Pack::load(lanes);
    }

    /// A pixel's largest value of each run, NaN if there is one.
    [[nodiscard]] RESIDUA_INLINE Pack largest(const float* src, std::ptrdiff_t step) const {
        Pack best = load(src, step, 0);
        for (int piece = 1; piece < pieces; ++piece) best = max(load(src, step, piece), best);
        return best;
    }

    /// The piece that is the first of the largest values of each run, or its last NaN.
    [[nodiscard]] RESIDUA_INLINE Pack taken(const float* src, std::ptrdiff_t step) const {
        Pack best = load(src, step, 0);
        Pack found = Pack::zero();
        for (int piece = 1; piece < pieces; ++piece) {
            const Pack value = load(src, step, piece);
            const Pack number = Pack::broadcast(static_cast<float>(piece));
            const PackMask lost = is_nan(value);
            const PackMask larger = greater(value, best);
            best = select(lost, value, select(larger, value, best));
            found = select(lost, number, select(larger, number, found));
        }
        return found;
    }

    /// Writes a pixel's gradient to the pieces that were taken; zeros to all others and to the lanes without a channel.
    RESIDUA_INLINE void give(const float* gradient, Pack pieces_taken, float* grad_src, std::ptrdiff_t step) const {
        alignas(alignment) float numbers[channel_block];
        pieces_taken.store(numbers);
        for (int block = 0; block < block_count(count * pieces); ++block) Pack::zero().store(grad_src + block * step);
        for (int run = 0; run < count; ++run)
            grad_src[position(run, static_cast<int>(numbers[run]), step)] = gradient[run];
    }
};

/// Calls `act` with the number of pieces: the usual two as a constant, with which compilers know where every lane is
/// from.
template <class Act>
RESIDUA_INLINE void with_pieces(int pieces, Act act) {
    if (pieces == 2)
        act(std::integral_constant<int, 2>{});
    else
        act(pieces);
}

/// Largest value of each run of channels, NaN if there is one.
/// Shapes: src c x h x w, dst (c / pieces) x h x w. Reads: src. Writes: dst, rows [first, last). Requires: both
/// blocked, pieces that divide c.
inline void maxout(const MapView<const float>& src, const MapView<float>& dst, int pieces, int first, int last) {
    with_pieces(pieces, [&](auto count) {
        for (int block = 0; block < dst.layout.blocks(); ++block) {
            const MaxoutRuns runs(count, dst.layout, block);
            for (int row = first; row < last; ++row) {
                const float* from = src.at(block * pieces, row);
                float* to = dst.at(block, row);
                for (int column = 0; column < dst.layout.shape.w; ++column, from += channel_block, to += channel_block)
                    runs.largest(from, src.block_step()).store(to);
            }
        }
    });
}

/// Sends each gradient to the first largest value of its run, or to its last NaN.
/// Shapes: as maxout, grad_src as src, grad_dst as dst. Reads: src, grad_dst. Writes: grad_src. Requires: all blocked.
inline void maxout_backward(const MapView<const float>& src, const MapView<const float>& grad_dst,
                            const MapView<float>& grad_src, int pieces) {
    with_pieces(pieces, [&](auto count) {
        for (int block = 0; block < grad_dst.layout.blocks(); ++block) {
            const MaxoutRuns runs(count, grad_dst.layout, block);
            for (int row = 0; row < grad_dst.layout.shape.h; ++row) {
                const float* from = src.at(block * pieces, row);
                const float* gradient = grad_dst.at(block, row);
                float* to = grad_src.at(block * pieces, row);
                for (int column = 0; column < grad_dst.layout.shape.w;
                     ++column, from += channel_block, gradient += channel_block, to += channel_block)
                    runs.give(gradient, runs.taken(from, src.block_step()), to, grad_src.block_step());
            }
        }
    });
}

}  // namespace residua::detail::inline RESIDUA_ISA
