#pragma once

#include <algorithm>

#include <residua/plan/costs.hpp>
#include <residua/plan/training_kernels.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// A thread's scratch memory of one pass, in floats; its parts lie one behind another.
struct PassScratch {
    long source = 0;      ///< framed source, of the images that go through the pass together
    long result = 0;      ///< what a pass on the way back adds to another value or computes again
    long gradient = 0;    ///< framed gradient of a step's result, of as many images
    long transforms = 0;  ///< of its kernels

    [[nodiscard]] constexpr long before_gradient() const { return source + result; }
    [[nodiscard]] constexpr long before_transforms() const { return before_gradient() + gradient; }
    [[nodiscard]] constexpr long total() const { return before_transforms() + transforms; }
};

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

/// Images that go through a step together.
template <class Net>
constexpr int images_of_step(int s) {
    const Op op = training_plan<Net>.forward[s].op;
    return is_conv(op) ? training_convs<Net>.value_of(s).together : 1;
}

/// By forward step, there and back, one further on: the first entry is that of passes without a step.
template <class Net>
inline constexpr auto training_scratch = [] {
    constexpr const auto& plan = training_plan<Net>;
    Entries<PassScratch, plan.forward.size() + 1> scratch{};
    for (int s = 0; s < plan.forward_count; ++s) {
        const ForwardStep& step = plan.forward[s];
        const Node& node = graph_of<Net>[step.node];
        const Layout src = source_layout(graph_of<Net>, plan, step);
        PassScratch& own = scratch[s + 1];
        own = {.source = src.count(), .gradient = Layout{node.shape}.count()};
        if (!is_conv(step.op)) continue;
        const TrainingConv& conv = training_convs<Net>.value_of(s);
        own = {.source = conv.together * src.count(),
               .gradient = conv.together * gradient_layout(node.shape, node.window).count(),
               .transforms = transform_floats(src, node.shape, node.window, conv)};
    }
    for (int t = 0; t < plan.backward_count; ++t) {
        const BackwardStep& pass = plan.backward[t];
        PassScratch& own = scratch[pass.step + 1];
        const auto value = [&](int blend) { return Layout{plan.blends[blend].shape}.count(); };
        if (pass.accumulates)
            own.result = std::max(own.result, (pass.step < 0 ? 1 : images_of_step<Net>(pass.step)) * value(pass.blend));
        // Values that are computed again lie in turns where sources and results do.
        for (int i = 0; i < pass.restores; ++i)
            own.source = own.result = std::max(own.result, value(plan.restored[pass.first_restored + i]));
    }
    return scratch;
}();

/// Whether some map or gradient is needed in a pass on the way back, or written.
constexpr bool is_there(const Buffer& buffer, int pass) { return buffer.first <= pass && pass <= buffer.last; }

/// By forward step: floats of an image that lie before what its pass on the way back collects of every image; that is
/// behind all maps and gradients that are there at the same time.
template <class Net>
inline constexpr auto before_collected = [] {
    constexpr const auto& plan = training_plan<Net>;
    Entries<long, plan.forward.size()> before{};
    for (int t = 0; t < plan.backward_count; ++t) {
        const BackwardStep& pass = plan.backward[t];
        if (pass.step < 0 || pass.repeats || !is_conv(plan.forward[pass.step].op)) continue;
        if (!training_convs<Net>.value_of(pass.step).whole_batch) continue;
        long& end = before[pass.step];
        const auto go_behind = [&end, t](const auto& buffers, int from, int to) {
            for (int i = from; i < to; ++i)
                if (const Buffer& buffer = buffers[i]; is_there(buffer, t))
                    end = std::max(end, buffer.offset + buffer.floats);
        };
        go_behind(plan.map_buffers, 1, plan.map_count);
        go_behind(plan.gradient_buffers, 0, plan.blend_count);
    }
    return before;
}();

/// What a training workspace needs, in floats.
struct TrainingExtent {
    long maps = 0;           ///< maps and gradients of one image, and what is collected of it
    long scratch = 0;        ///< most of a thread in one pass
    long weight = 0;         ///< largest slice's gradient of one step's weights, in the order of the kernels
    long bias = 0;           ///< largest bias
    long parameters = 0;     ///< most weights of one step
    long packed = 0;         ///< most packed weights of one step
    long bn_channels = 0;    ///< of all batch normalisations, whole blocks
    long most_channels = 0;  ///< of one map, whole blocks
    long together = 1;       ///< most images that go through a step together
};

template <class Net>
inline constexpr TrainingExtent training_extent = [] {
    constexpr const auto& plan = training_plan<Net>;
    TrainingExtent extent{.maps = plan.arena_floats};
    for (const PassScratch& scratch : training_scratch<Net>) extent.scratch = std::max(extent.scratch, scratch.total());
    for (int s = 0; s < plan.forward_count; ++s) {
        const ForwardStep& step = plan.forward[s];
        const Node& node = graph_of<Net>[step.node];
        extent.most_channels = std::max<long>(extent.most_channels, block_count(node.shape.c) * channel_block);
        if (!is_conv(step.op)) continue;
        const Layout src = source_layout(graph_of<Net>, plan, step);
        const TrainingConv& conv = training_convs<Net>.value_of(s);
        extent.together = std::max<long>(extent.together, conv.together);
        extent.maps =
            std::max(extent.maps, before_collected<Net>[s] + collected_floats(src, node.shape, node.window, conv));
        extent.weight = std::max(extent.weight, slice_gradient_floats(src, node.shape, node.window, conv));
        extent.bias = std::max(extent.bias, bias_floats(node.shape));
        extent.parameters = std::max(extent.parameters, direct_weight_floats(src, node.shape, node.window));
        extent.packed = std::max(extent.packed, packed_floats(src, node.shape, node.window, conv));
    }
    for (const Node& node : graph_of<Net>.nodes)
        if (node.op == Op::bn) extent.bn_channels += 1L * block_count(node.shape.c) * channel_block;
    return extent;
}();

/// Sizes in floats of the parts of a training workspace.
template <class Net>
struct TrainingSizes {
    /// Parts that a batch is cut into for sums over images: the same for any number of threads, so that the sums are,
    /// too. Each part has its own weight gradient, so networks with large weights have fewer.
    static constexpr int slices = training_extent<Net>.parameters <= 65'536 ? 16 : 8;
    static constexpr int bn_arrays =
        7;  ///< mean, inverse deviation, scale, shift and three coefficients of the gradient
    static constexpr int sums_a_channel = 3;

    static constexpr long channels = sums_a_channel * training_extent<Net>.most_channels;  ///< sums over an image
    static constexpr long slot = training_extent<Net>.together * channels + training_extent<Net>.scratch;
    static constexpr long slice = training_extent<Net>.weight;
    static constexpr long slice_bias = training_extent<Net>.bias;
    static constexpr long doubles = 2 * slices * channels;  ///< of a slice, over at most two maps of a pass
    static constexpr long input = input_shape<Net>.count();
    static constexpr long output = output_shape<Net>.count();

    /// Maps and gradients, and what a step's gradient of its weights is made of: what is collected of images, or sums
    /// of slices, which lie behind all maps.
    static constexpr long maps(long images) {
        return std::max(images * training_extent<Net>.maps, first_slice(images) + slices * slice);
    }
    static constexpr long first_slice(long images) { return images * training_plan<Net>.arena_floats; }
    static constexpr long total(long images, long threads) {
        return maps(images) + threads * slot + slices * slice_bias + 2 * doubles + training_extent<Net>.packed +
               bn_arrays * training_extent<Net>.bn_channels + round_up(parameter_count<Net>) +
               round_up(images * input) + 2 * round_up(images * output) + overhang;
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
