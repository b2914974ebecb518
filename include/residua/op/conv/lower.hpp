#pragma once

#include <algorithm>

#include <residua/lower/tiling.hpp>
#include <residua/plan/algorithm.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// How the gradient of a step's result lies in scratch memory: framed for the convolution that takes it back. Behind
/// the map that convolution reaches no further than before it.
constexpr Layout gradient_layout(Chw dst, const Window& window) {
    const int reach = std::max(window.kernel_h, window.kernel_w) - 1 - window.padding;
    return {dst, std::max(0, (reach + window.stride - 1) / window.stride)};
}

/// Everything about a convolution's three directions that makes a difference to the code.
struct TrainingConv {
    Algorithm algorithm = Algorithm::direct;
    bool bare = false;         ///< weights are transformed by each group of patches
    bool whole_batch = false;  ///< how the gradient of the weights is formed
    int together = 1;          ///< images that go through the products of both directions together
    Tiling forward{};
    Tiling backward{};
    bool bias = false;
    bool moments = false;  ///< sums up what the statistics of its result need
    bool partial = false;  ///< the result's channels do not fill its blocks
    bool partial_src = false;

    friend constexpr bool operator==(const TrainingConv&, const TrainingConv&) = default;
};

/// The kernels of a convolution whose source lies as `src` says.
constexpr TrainingConv training_conv(const Layout& src, Chw dst, const Window& window, bool bias, Algorithm last,
                                     bool moments = false) {
    TrainingConv conv{.bias = bias,
                      .moments = moments && !bias,
                      .partial = is_partial(dst.c),
                      .partial_src = is_partial(src.shape.c)};
    conv.whole_batch = !src.packed && has_large_weights(1L * src.shape.c * dst.c * window.taps());
    if (!src.packed) conv.algorithm = training_algorithm(src.shape, dst, window, last);
    if (conv.algorithm == Algorithm::direct) {
        conv.forward = forward_tiling(src, dst, window);
        conv.backward = backward_tiling(src.shape, window);
        return conv;
    }
    conv.bare = trains_bare_weights(src.shape, dst);
    const int m = patch_size(conv.algorithm);
    conv.together = images_together(m, std::max(src.blocks(), block_count(dst.c)), dst);
    conv.forward = winograd_tiling(dst, patch_group(m, src.blocks(), conv.together * patch_count(dst, m)));
    conv.backward =
        winograd_tiling(src.shape, patch_group(m, block_count(dst.c), conv.together * patch_count(src.shape, m)));
    return conv;
}

/// Floats of one step's packed weights in the two directions, and of the gradient of its weights, as its kernels have
/// them.
constexpr long direct_weight_floats(const Layout& src, Chw dst, const Window& window) {
    const long run = src.packed ? 1L * src.shape.c * window.taps() : 1L * src.blocks() * channel_block * window.taps();
    return run * block_count(dst.c) * channel_block;
}
constexpr long forward_weight_floats(const Layout& src, Chw dst, const Window& window, Algorithm algorithm) {
    return algorithm == Algorithm::direct ? direct_weight_floats(src, dst, window)
                                          : winograd_weight_floats(patch_size(algorithm), src.shape.c, dst.c);
}
constexpr long backward_weight_floats(Chw src, Chw dst, const Window& window, Algorithm algorithm) {
    return algorithm == Algorithm::direct
               ? 1L * block_count(src.c) * block_count(dst.c) * channel_block * channel_block * window.taps()
               : winograd_weight_floats(patch_size(algorithm), dst.c, src.c);
}
constexpr long bias_floats(Chw dst) { return 1L * block_count(dst.c) * channel_block; }

/// Floats of the weights that a convolution packs for the way forward, and of what it packs for one direction at a
/// time.
constexpr long forward_packed_floats(const Layout& src, Chw dst, const Window& window, const TrainingConv& conv) {
    return conv.bare ? bare_weight_floats(src.shape.c, dst.c) : forward_weight_floats(src, dst, window, conv.algorithm);
}
constexpr long packed_floats(const Layout& src, Chw dst, const Window& window, const TrainingConv& conv) {
    const long backward = conv.bare ? 0 : backward_weight_floats(src.shape, dst, window, conv.algorithm);
    return std::max(forward_packed_floats(src, dst, window, conv) + bias_floats(dst), backward);
}

/// Floats of the slice's gradient of a convolution's weights.
constexpr long slice_gradient_floats(const Layout& src, Chw dst, const Window& window, const TrainingConv& conv) {
    return conv.whole_batch ? 0 : direct_weight_floats(src, dst, window);
}

/// Dst blocks whose weights a thread takes at a time when it forms a gradient over the whole batch: what it reads of
/// the source serves all of them.
inline constexpr int gradient_blocks = 4;

/// Src blocks whose products with these a direct convolution sums up at a time. What is read of the gradient then
/// serves all of them, but their sums are fetched and stored for every image: that pays where an image has many pixels.
constexpr int source_blocks(const Layout& src, Chw dst, const Window& window) {
    constexpr int many_pixels = 128;
    constexpr int most_sums = 64;  // of 16 x 16, for each dst block
    const int most = dst.h * dst.w < many_pixels ? 1 : std::max(1, most_sums / window.taps());
    return std::min(src.blocks(), most);
}

/// Floats of the sums for these dst blocks: of a direct convolution for a few blocks of the source, else for all.
constexpr long whole_gradient_floats(const Layout& src, Chw dst, const Window& window, Algorithm algorithm) {
    const long pieces = algorithm == Algorithm::direct ? 1L * window.taps() * source_blocks(src, dst, window)
                                                       : 1L * position_count(patch_size(algorithm)) * src.blocks();
    return gradient_blocks * pieces * channel_block * channel_block;
}

/// Floats that a convolution collects of every image for such a gradient: its source and the gradient of its result, as
/// they are or transformed.
constexpr long collected_floats(const Layout& src, Chw dst, const Window& window, const TrainingConv& conv) {
    if (!conv.whole_batch) return 0;
    if (conv.algorithm == Algorithm::direct) return src.count() + gradient_layout(dst, window).count();
    const int m = patch_size(conv.algorithm);
    // One patch more, because patch_spread adds one to those of all images.
    return 1L * position_count(m) * (src.blocks() + block_count(dst.c)) * (patch_count(dst, m) + 1) * channel_block;
}

/// Largest scratch memory that a convolution's kernels need.
constexpr long transform_floats(const Layout& src, Chw dst, const Window& window, const TrainingConv& conv) {
    const long sums = conv.whole_batch ? whole_gradient_floats(src, dst, window, conv.algorithm) : 0;
    if (conv.algorithm == Algorithm::direct) return sums;
    const int m = patch_size(conv.algorithm);
    const int src_blocks = src.blocks();
    const int dst_blocks = block_count(dst.c);
    const auto products = [&](int blocks, Chw results) {
        return winograd_scratch(m, blocks, patch_group(m, blocks, conv.together * patch_count(results, m))) +
               (conv.bare ? bare_scratch(m) : 0);
    };
    const long forward = products(src_blocks, dst);
    const long backward = products(dst_blocks, src.shape);
    if (conv.whole_batch) return std::max({sums, forward, backward});
    const int group = gradient_patch_group(m, src_blocks, dst_blocks, patch_count(dst, m));
    return std::max(forward, backward) + winograd_weight_scratch(m, src_blocks, dst_blocks, group) +
           winograd_tile_sums(m);
}

}  // namespace residua::detail::inline RESIDUA_ISA
