#pragma once

#include <algorithm>

#include <residua/plan/costs.hpp>
#include <residua/plan/inference_kernels.hpp>
#include <residua/plan/mode.hpp>
#include <residua/plan/training_kernels.hpp>

namespace residua {

namespace detail {

constexpr long round_up(long floats) { return (floats + channel_block - 1) / channel_block * channel_block; }

/// Scratch memory of a step, in floats, with so many images at a time.
template <int nodes>
constexpr long step_scratch(const Graph<nodes>& graph, const InferencePlan<nodes>& plan, const InferenceStep& step,
                            int images) {
    if (step.algorithm == Algorithm::direct) return 0;
    const int m = patch_size(step.with(images));
    return winograd_scratch(m, plan.layouts[static_cast<std::size_t>(step.src)].blocks(),
                            patch_group_of(graph, plan, step, images)) +
           (step.bare ? bare_scratch(m) : 0);
}

/// Largest scratch memory of a step, with one image at a time or groups of images, enough for any instruction set.
template <class Net, bool groups>
inline constexpr long inference_scratch = [] {
    long most = 0;
    const auto& plan = inference_plan<Net>;
    for (int s = 0; s < plan.step_count; ++s) {
        const int images = groups && s >= image_groups<Net>.first_step ? group_images : 1;
        const InferenceStep& step = plan.steps[static_cast<std::size_t>(s)];
        most = std::max({most, step_scratch(graph_of<Net>, plan, step, images),
                         step_scratch(graph_of<Net>, plan, step.transformed(), images)});
    }
    return most;
}();

/// Sizes in floats of the parts of an inference workspace.
template <class Net>
struct InferenceSizes {
    static constexpr long input = input_shape<Net>.count();
    static constexpr long output = output_shape<Net>.count();

    /// Maps of the images that a thread works on.
    static constexpr long maps(long images) {
        const long one = inference_plan<Net>.arena_floats;
        return images == 1 ? one : std::max(one, image_groups<Net>.arena_floats);
    }
    /// All that a thread needs for itself.
    static constexpr long slot(long images) {
        return maps(images) + (images == 1 ? inference_scratch<Net, false> : inference_scratch<Net, true>);
    }
    static constexpr long total(long images, long threads) {
        return threads * slot(images) + overhang + round_up(images * input) + round_up(images * output);
    }
};

/// What a training workspace needs beside the maps, in floats.
struct TrainingExtent {
    long source = 0;         ///< largest framed source of a step, of the images that go through it together
    long result = 0;         ///< largest value that a pass on the way back adds to another or computes again
    long gradient = 0;       ///< largest framed gradient of a step's result, of as many images
    long weight = 0;         ///< largest slice's gradient of one step's weights, in the order of the kernels
    long bias = 0;           ///< largest bias
    long parameters = 0;     ///< most weights of one step
    long transforms = 0;     ///< largest scratch memory of a kernel
    long collected = 0;      ///< most floats that a step collects of every image for the gradient of its weights
    long packed = 0;         ///< most packed weights of one step
    long bn_channels = 0;    ///< of all batch normalisations, whole blocks
    long most_channels = 0;  ///< of one map, whole blocks
    long together = 1;       ///< most images that go through a step together
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
    const Op op = training_plan<Net>.forward[static_cast<std::size_t>(s)].op;
    return op == Op::conv || op == Op::linear ? training_convs<Net>.value_of(s).together : 1;
}

template <class Net>
inline constexpr TrainingExtent training_extent = [] {
    TrainingExtent extent;
    for (int s = 0; s < training_plan<Net>.forward_count; ++s) {
        const ForwardStep& step = training_plan<Net>.forward[static_cast<std::size_t>(s)];
        const Node& node = graph_of<Net>[step.node];
        const Layout src = source_layout(graph_of<Net>, training_plan<Net>, step);
        extent.most_channels = std::max<long>(extent.most_channels, block_count(node.shape.c) * channel_block);
        if (step.op != Op::conv && step.op != Op::linear) {
            extent.source = std::max(extent.source, src.count());
            extent.gradient = std::max(extent.gradient, Layout{node.shape}.count());
            continue;
        }
        const TrainingConv& conv = training_convs<Net>.value_of(s);
        extent.together = std::max<long>(extent.together, conv.together);
        extent.source = std::max(extent.source, conv.together * src.count());
        extent.gradient = std::max(extent.gradient, conv.together * gradient_layout(node.shape, node.window).count());
        extent.weight = std::max(extent.weight, slice_gradient_floats(src, node.shape, node.window, conv));
        extent.bias = std::max(extent.bias, bias_floats(node.shape));
        extent.collected = std::max(extent.collected, collected_floats(src, node.shape, node.window, conv));
        extent.parameters = std::max(extent.parameters, direct_weight_floats(src, node.shape, node.window));
        extent.packed = std::max(extent.packed, packed_floats(src, node.shape, node.window, conv));
        extent.transforms = std::max(extent.transforms, transform_floats(src, node.shape, node.window, conv));
    }
    for (int t = 0; t < training_plan<Net>.backward_count; ++t) {
        const BackwardStep& pass = training_plan<Net>.backward[static_cast<std::size_t>(t)];
        const auto add = [&](int blend, int images) {
            const Chw shape = training_plan<Net>.blends[static_cast<std::size_t>(blend)].shape;
            extent.result = std::max(extent.result, images * Layout{shape}.count());
        };
        if (pass.accumulates) add(pass.blend, pass.step < 0 ? 1 : images_of_step<Net>(pass.step));
        for (int i = 0; i < pass.restores; ++i)
            add(training_plan<Net>.restored[static_cast<std::size_t>(pass.first_restored + i)], 1);
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
    static constexpr long slot = training_extent<Net>.source + training_extent<Net>.result +
                                 training_extent<Net>.gradient + training_extent<Net>.together * channels +
                                 training_extent<Net>.transforms;
    static constexpr long slice = training_extent<Net>.weight;
    static constexpr long slice_bias = training_extent<Net>.bias;
    static constexpr long doubles = 2 * slices * channels;  ///< of a slice, over at most two maps of a pass
    static constexpr long input = input_shape<Net>.count();
    static constexpr long output = output_shape<Net>.count();

    /// What a step's gradient of its weights is made of: those of slices, or what is collected of images.
    static constexpr long weight_sums(long images) {
        return std::max(slices * slice, images * training_extent<Net>.collected);
    }
    static constexpr long total(long images, long threads) {
        return images * training_plan<Net>.arena_floats + weight_sums(images) + threads * slot + slices * slice_bias +
               2 * doubles + training_extent<Net>.packed + bn_arrays * training_extent<Net>.bn_channels +
               round_up(parameter_count<Net>) + round_up(images * input) + 2 * round_up(images * output) + overhang;
    }
};

template <class Net, class Mode>
constexpr long workspace_floats(long images, long threads) {
    if constexpr (std::is_same_v<Mode, Training>)
        return TrainingSizes<Net>::total(images, threads);
    else
        return InferenceSizes<Net>::total(images, threads);
}

}  // namespace detail

/// Bytes of a workspace's arena: all the memory that running (Inference) or training (Training) the network needs
/// beside the weights. Exactly what `Workspace<Net, Mode>(images, threads)` allocates.
template <class Net, class Mode, class BatchSize = Batch<1>, class ThreadCount = Threads<1>>
inline constexpr long workspace_bytes =
    static_cast<long>(sizeof(float)) * detail::workspace_floats<Net, Mode>(BatchSize::value, ThreadCount::value);

}  // namespace residua
