#pragma once

#include <residua/plan/layout.hpp>
#include <residua/shape/window.hpp>

namespace residua {

/// Which instance of the direct convolution computes a shape: a tile of `dst_blocks` x `width` accumulators, source
/// pixels with `run` channels that stand `pixel` floats apart.
struct Tiling {
    int dst_blocks = 1;
    int width = 1;
    int run = channel_block;
    int pixel = channel_block;

    friend constexpr bool operator==(const Tiling&, const Tiling&) = default;
};

namespace detail {
inline namespace RESIDUA_ISA {

/// Blocks of 16 sums that fit into the registers beside one tile's weights and a broadcast source value.
#if defined(__AVX512F__)
inline constexpr int accumulators = 28;
#elif defined(__AVX2__) && defined(__FMA__)
inline constexpr int accumulators = 6;
#elif defined(__ARM_NEON)
inline constexpr int accumulators = 6;
#else
inline constexpr int accumulators = 3;
#endif

/// Relative time of a tile, from measurements of 1x8 to 4x14 tiles: columns computed in vain, weights streamed once a
/// tile (1 / width), loads an FMA.
constexpr double tile_cost(int dst_blocks, int width, int columns) {
    const int tiles = (columns + width - 1) / width;
    const double waste = static_cast<double>(tiles * width) / columns;
    return waste * (1.0 + 1.0 / width + 0.5 * (dst_blocks + width) / (dst_blocks * width));
}

constexpr Tiling choose_tiling(int dst_channels, int columns, int run, int pixel) {
    Tiling best{1, 1, run, pixel};
    for (int dst_blocks = 1; dst_blocks <= 4; dst_blocks *= 2) {
        if (block_count(dst_channels) % dst_blocks != 0 || dst_blocks > accumulators) continue;
        const int widest = accumulators / dst_blocks;
        const int tiles = (columns + widest - 1) / widest;
        const int width = (columns + tiles - 1) / tiles;
        if (tile_cost(dst_blocks, width, columns) < tile_cost(best.dst_blocks, best.width, columns)) {
            best.dst_blocks = dst_blocks;
            best.width = width;
        }
    }
    return best;
}

/// The tile of a forward convolution from `src` to `dst` channels and columns.
constexpr Tiling forward_tiling(const Layout& src, Chw dst, const Window& window) {
    const int run = src.packed ? src.shape.c * window.kernel_w : channel_block;
    return choose_tiling(dst.c, dst.w, run, window.stride * src.pixel());
}

/// The tile of the convolution that takes the gradient back: it reads the gradient of `dst` and writes that of `src`,
/// one of stride x stride interleaved phases at a time.
constexpr Tiling backward_tiling(Chw src, const Window& window) {
    return choose_tiling(src.c, (src.w + window.stride - 1) / window.stride, channel_block, channel_block);
}

/// Source channels whose products with 16 gradient channels stay in registers.
constexpr int backward_weight_channels(int run) {
    int channels = accumulators >= 28 ? (run < 28 ? run : 28) : (accumulators >= 6 ? 4 : 2);
    while (run % channels != 0) --channels;
    return channels;
}

}  // namespace RESIDUA_ISA
}  // namespace detail

}  // namespace residua
