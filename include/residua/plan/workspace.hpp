#pragma once

#include <algorithm>

#include <residua/plan/costs.hpp>
#include <residua/plan/inference_kernels.hpp>
#include <residua/plan/mode.hpp>
#include <residua/plan/training_kernels.hpp>

namespace residua {

namespace detail {

constexpr long round_up(long floats) { return (floats + channel_block - 1) / channel_block * channel_block; }

/// Largest scratch memory of a step, in floats.
template <class Net>
inline constexpr long inference_scratch = [] {
    long most = 0;
    const auto& plan = inference_plan<Net>;
    for (int s = 0; s < plan.step_count; ++s) {
        const InferenceStep& step = plan.steps[static_cast<std::size_t>(s)];
        if (step.algorithm == Algorithm::direct) continue;
        most = std::max(most, winograd_scratch(patch_size(step.algorithm),
                                               plan.layouts[static_cast<std::size_t>(step.src)].blocks(),
                                               patch_group_of(graph_of<Net>, plan, step)));
    }
    return most;
}();

/// Sizes in floats of the parts of an inference workspace.
template <class Net>
struct InferenceSizes {
    static constexpr long maps = inference_plan<Net>.arena_floats;  ///< of one image
    static constexpr long slot = maps + inference_scratch<Net>;     ///< for each thread
    static constexpr long input = input_shape<Net>.count();
    static constexpr long output = output_shape<Net>.count();

    static constexpr long total(long images, long threads) {
        return threads * slot + overhang + round_up(images * input) + round_up(images * output);
    }
};

/// What a training workspace needs beside the maps, in floats.
struct TrainingExtent {
    long source = 0;         ///< largest framed source of a step
    long gradient = 0;       ///< largest framed gradient of a step's result
    long weight = 0;         ///< largest gradient of one step's weights and bias, in the order of the kernels
    long packed = 0;         ///< all packed weights, forward and backward
    long bn_channels = 0;    ///< of all batch normalisations, whole blocks
    long most_channels = 0;  ///< of one map, whole blocks
};

/// Floats of one step's packed weights and bias in the two directions.
constexpr long forward_weight_floats(const Layout& src, Chw dst, const Window& window) {
    const long run = src.packed ? 1L * src.shape.c * window.kernel_h * window.kernel_w
                                : 1L * src.blocks() * channel_block * window.taps();
    return (run + 1) * block_count(dst.c) * channel_block;
}
constexpr long backward_weight_floats(Chw src, Chw dst, const Window& window) {
    return 1L * block_count(src.c) * block_count(dst.c) * channel_block * channel_block * window.taps();
}

template <class Net>
inline constexpr TrainingExtent training_extent = [] {
    TrainingExtent extent;
    for (int s = 0; s < training_plan<Net>.forward_count; ++s) {
        const ForwardStep& step = training_plan<Net>.forward[static_cast<std::size_t>(s)];
        const Node& node = graph_of<Net>[step.node];
        const Layout src = source_layout(graph_of<Net>, training_plan<Net>, step);
        extent.source = std::max(extent.source, src.count());
        extent.most_channels = std::max<long>(extent.most_channels, block_count(node.shape.c) * channel_block);
        if (step.op != Op::conv && step.op != Op::linear) {
            extent.gradient = std::max(extent.gradient, Layout{node.shape}.count());
            continue;
        }
        extent.gradient = std::max(extent.gradient, gradient_layout(node.shape, node.window).count());
        extent.weight = std::max(extent.weight, forward_weight_floats(src, node.shape, node.window));
        extent.packed += forward_weight_floats(src, node.shape, node.window) +
                         backward_weight_floats(src.shape, node.shape, node.window);
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
    static constexpr int slices = training_extent<Net>.weight <= 65'536 ? 16 : 8;
    static constexpr int bn_arrays =
        7;  ///< mean, inverse deviation, scale, shift and three coefficients of the gradient
    static constexpr int slice_sums = 3;  ///< double per channel

    static constexpr long slot =
        2 * training_extent<Net>.source + training_extent<Net>.gradient + 3 * training_extent<Net>.most_channels;
    static constexpr long slice = training_extent<Net>.weight;
    static constexpr long sums = 1L * slice_sums * training_extent<Net>.most_channels;  ///< doubles per slice and map
    static constexpr long doubles = 2 * slices * sums;  ///< a pass sums over at most two maps
    static constexpr long input = input_shape<Net>.count();
    static constexpr long output = output_shape<Net>.count();

    static constexpr long total(long images, long threads) {
        return images * training_plan<Net>.arena_floats + threads * slot + slices * slice + 2 * doubles +
               training_extent<Net>.packed + bn_arrays * training_extent<Net>.bn_channels +
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
