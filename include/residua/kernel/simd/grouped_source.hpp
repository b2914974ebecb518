#pragma once

#include <algorithm>
#include <cstddef>

#include <residua/kernel/view.hpp>
#include <residua/op/grouped_conv/geometry.hpp>
#include <residua/simd/pack.hpp>

/// \file
/// What grouped convolutions multiply: for each block of sixteen results a few *source vectors* at each pixel, whose
/// lanes belong to the groups of the results in these lanes, so that all products are lane by lane.

namespace residua::detail::inline RESIDUA_ISA {

/// Source vectors of a block of results, from some row on, in the source map or in a strip.
struct SourceVectors {
    const float* data = nullptr;  ///< slot 0 of the first row's first column
    int first_row = 0;
    int first_column = 0;
    std::ptrdiff_t row_step = 0;
    std::ptrdiff_t slot_step = 0;

    [[nodiscard]] const float* at(int row, int column) const {
        return data + (row - first_row) * row_step + std::ptrdiff_t{column - first_column} * channel_block;
    }
};

/// Zeros for so many pixels; returns their end.
RESIDUA_INLINE float* clear_pixels(float* dst, int pixels) {
    for (int i = 0; i < pixels; ++i, dst += channel_block) Pack::zero().store(dst);
    return dst;
}

/// One slot's source vectors of a block of results, in one row of the source.
template <int lanes>
void fill_strip_row(const Slide& slide, const Strip& strip, const MapView<const float>& src, int block, int slot,
                    int row, float* dst) {
    if (row < 0 || row >= slide.src.h) {
        detail::clear_pixels(dst, strip.columns);
        return;
    }
    const int there = std::min(slide.src.w, strip.columns - strip.before);
    const auto from = [&](int channel) { return src.at(channel / channel_block, row) + channel % channel_block; };
    float* const first = detail::clear_pixels(dst, strip.before);
    if (slide.is_aligned()) {
        const float* pixel = from(slide.src_channel(block * channel_block, slot));
        for (int i = 0; i < there; ++i) Pack::load(pixel + i * channel_block).store(first + i * channel_block);
    } else {
        detail::clear_pixels(first, there);
        for (int lane = 0; lane < channel_block; lane += lanes) {
            const int channel = block * channel_block + lane;
            if (channel >= slide.dst.c) break;
            const float* piece = from(slide.src_channel(channel, slot));
            for (int i = 0; i < there; ++i)
                std::copy_n(piece + i * channel_block, lanes, first + i * channel_block + lane);
        }
    }
    detail::clear_pixels(first + std::ptrdiff_t{there} * channel_block, strip.columns - strip.before - there);
}

/// Source vectors of result rows [first, last) of a block.
/// Shapes: as in the slide. Reads: src. Writes: a strip of slots x rows x columns in scratch, unless the map itself
/// will do. Requires: rows that fit a strip, if there has to be one; 64-byte aligned scratch.
template <int lanes>
SourceVectors source_vectors(const Slide& slide, const Strip& strip, const MapView<const float>& src, int block,
                             int first, int last, float* scratch) {
    if (slide.reads_map(src.layout)) {
        const int src_block = slide.src_channel(block * channel_block, 0) / channel_block;
        return {src.at(src_block, 0), 0, 0, src.row_step(), src.block_step()};
    }
    const int begin = slide.rows.first(first);
    const int rows = slide.rows.end(last - 1) - begin;
    float* to = scratch;
    for (int slot = 0; slot < slide.slots(); ++slot)
        for (int row = 0; row < rows; ++row, to += strip.row())
            detail::fill_strip_row<lanes>(slide, strip, src, block, slot, begin + row, to);
    return {scratch, begin, -strip.before, strip.row(), rows * strip.row()};
}

}  // namespace residua::detail::inline RESIDUA_ISA
