#pragma once

#include <cstddef>

#include <residua/kernel/simd/channels.hpp>
#include <residua/kernel/view.hpp>
#include <residua/simd/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Where an image's sums for batch statistics go: of the deviations from a pivot near the mean, and of their squares,
/// so that nothing cancels where the mean is large. The pivot is the image's first pixel. Of all channels, whole
/// blocks.
struct ImageMoments {
    float* pivot = nullptr;
    float* sum = nullptr;
    float* squares = nullptr;
    std::ptrdiff_t step = 0;  ///< floats from one image's sums to the next

    [[nodiscard]] ImageMoments at(int image) const {
        return {pivot + image * step, sum + image * step, squares + image * step, step};
    }
};

/// A finish that leaves results as they are and sums them up for batch statistics on the way. Written past the caches,
/// see Pack::stream.
template <bool partial>
struct WithMoments {
    static constexpr bool is_long = true;

    ImageMoments moments{};
    int channels = 0;

    struct Block {
        Channels<partial> present;
        Pack pivot;
        Pack sum;
        Pack squares;
        float* to_sum;
        float* to_squares;
        bool starts;

        RESIDUA_INLINE void take(Pack result, int, int, float* dst) {
            const Pack deviation = result - pivot;
            sum += deviation;
            squares = fma(deviation, deviation, squares);
            present.only(result).stream(dst);
        }
        RESIDUA_INLINE void end() const {
            (starts ? sum : sum + Pack::load(to_sum)).store(to_sum);
            (starts ? squares : squares + Pack::load(to_squares)).store(to_squares);
        }
    };

    RESIDUA_INLINE Block of(int block, int row, int column, Pack first) const {
        const std::ptrdiff_t at = std::ptrdiff_t{block} * channel_block;
        const bool starts = row == 0 && column == 0;
        if (starts) first.store(moments.pivot + at);
        return {{block, channels}, Pack::load(moments.pivot + at), Pack::zero(), Pack::zero(),
                moments.sum + at,  moments.squares + at,           starts};
    }
    RESIDUA_INLINE void fetch(const float*) const {}
};

/// The same sums of a map that is there already.
/// Shapes: src blocked. Reads: src. Writes: moments. Requires: 64-byte alignment; sums run over columns, then rows.
inline void map_moments(const MapView<const float>& src, const ImageMoments& moments) {
    const int columns = src.layout.shape.w * channel_block;
    for (int block = 0; block < src.layout.blocks(); ++block) {
        const Pack pivot = Pack::load(src.at(block, 0));
        Pack total = Pack::zero();
        Pack total_squares = Pack::zero();
        for (int row = 0; row < src.layout.shape.h; ++row) {
            const float* from = src.at(block, row);
            Pack row_sum = Pack::zero();
            Pack row_squares = Pack::zero();
            for (int i = 0; i < columns; i += channel_block) {
                const Pack deviation = Pack::load(from + i) - pivot;
                row_sum += deviation;
                row_squares = fma(deviation, deviation, row_squares);
            }
            total += row_sum;
            total_squares += row_squares;
        }
        pivot.store(moments.pivot + block * channel_block);
        total.store(moments.sum + block * channel_block);
        total_squares.store(moments.squares + block * channel_block);
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA
