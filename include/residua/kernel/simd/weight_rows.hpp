#pragma once

#include <algorithm>

#include <residua/config.hpp>
#include <residua/simd/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// A convolution's weights as PyTorch has them: for each dst channel a row of src channels x taps.
struct WeightRows {
    const float* weights = nullptr;
    long length = 0;               ///< of a row
    int dst_channels = 0;          ///< rows
    const float* scale = nullptr;  ///< a factor for each row; null for one
};

/// Floats to fetch a row in advance; the machine itself does not look ahead on so many rows at a time.
inline constexpr int fetched_ahead = 64;

/// `count` <= 16 columns of the sixteen rows of a dst block, scaled and transposed.
/// Shapes: dst [16 columns][16 rows]. Writes: dst, zeros for rows and columns there are not.
/// Requires: 64-byte aligned dst.
inline void transpose_rows(const WeightRows& rows, int block, long column, int count, float* dst) {
    alignas(alignment) float lanes[channel_block][channel_block];
    for (int lane = 0; lane < channel_block; ++lane) {
        const int channel = block * channel_block + lane;
        const bool there = channel < rows.dst_channels;
        if (!there || count < channel_block) Pack::zero().store(lanes[lane]);
        if (!there) continue;
        const float* row = rows.weights + channel * rows.length + column;
        __builtin_prefetch(row + fetched_ahead);
        const float scale = rows.scale == nullptr ? 1.0f : rows.scale[channel];
        if (count == channel_block)
            (Pack::load_unaligned(row) * Pack::broadcast(scale)).store(lanes[lane]);
        else
            for (int i = 0; i < count; ++i) lanes[lane][i] = row[i] * scale;
    }
    for (int i = 0; i < channel_block; ++i)
        for (int lane = 0; lane < channel_block; ++lane) dst[i * channel_block + lane] = lanes[lane][i];
}

/// Calls `visit(i, lanes)` for `count` columns of a dst block from `first` on, of which rows have `length`; `lanes` are
/// the sixteen values of column first + i.
template <class Visit>
void for_columns(const WeightRows& rows, int block, long first, int count, const Visit& visit) {
    alignas(alignment) float square[channel_block * channel_block];
    for (int begin = 0; begin < count; begin += channel_block) {
        const int wanted = std::min(count - begin, channel_block);
        const long there = std::clamp(rows.length - first - begin, 0L, static_cast<long>(wanted));
        transpose_rows(rows, block, first + begin, static_cast<int>(there), square);
        for (int i = 0; i < wanted; ++i) visit(begin + i, square + i * channel_block);
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA
