#pragma once

#include <algorithm>

#include <residua/lower/sections.hpp>
#include <residua/lower/training_kernels.hpp>
#include <residua/plan/costs.hpp>

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

/// Images that go through a step together.
template <class Net>
constexpr int images_of_step(StepNumber s) {
    if (s == StepNumber::none) return 1;
    const Op op = training_plan<Net>.forward[s].op;
    return has_products(op) ? training_convs<Net>.value_of(s).together : 1;
}

/// The entry of a forward step in lists that begin with that of passes without a step.
constexpr int scratch_entry(StepNumber s) { return place_of(s) + 1; }

/// By forward step, there and back.
template <class Net>
inline constexpr auto training_scratch = [] {
    constexpr const auto& plan = training_plan<Net>;
    Entries<PassScratch, plan.forward.size() + 1> scratch{};
    for (StepNumber s{}; s < StepNumber{plan.forward_count}; ++s) {
        const ForwardStep& step = plan.forward[s];
        const Node& node = graph_of<Net>[step.node];
        const Layout src = source_layout(graph_of<Net>, plan, step);
        PassScratch& own = scratch[scratch_entry(s)];
        own = {.source = src.count(),
               .gradient = result_gradient_layout(graph_of<Net>, step).count(),
               .transforms = weighted_passes<Net>[s].scratch};
        if (!has_products(step.op)) continue;
        const TrainingConv& conv = training_convs<Net>.value_of(s);
        own = {.source = conv.together * src.count(),
               .gradient = conv.together * gradient_layout(node.shape, node.window).count(),
               .transforms = transform_floats(src, node.shape, node.window, conv)};
    }
    for (PassNumber t{}; t < PassNumber{plan.backward_count}; ++t) {
        const BackwardStep& pass = plan.backward[t];
        PassScratch& own = scratch[scratch_entry(pass.step)];
        const auto value = [&](BlendNumber blend) { return Layout{plan.blends[blend].shape}.count(); };
        if (pass.accumulates) own.result = std::max(own.result, images_of_step<Net>(pass.step) * value(pass.blend));
        // Values that are computed again lie in turns where sources and results do.
        for (int i = 0; i < pass.restores; ++i)
            own.source = own.result = std::max(own.result, value(plan.restored[pass.first_restored + i]));
    }
    return scratch;
}();

/// Whether some map or gradient is needed in a pass on the way back, or written.
constexpr bool is_there(const Buffer& buffer, PassNumber pass) {
    return buffer.first <= place_of(pass) && place_of(pass) <= buffer.last;
}

/// By forward step: floats of an image that lie before what its pass on the way back collects of every image; that is
/// behind all maps and gradients that are there at the same time.
template <class Net>
inline constexpr auto before_collected = [] {
    constexpr const auto& plan = training_plan<Net>;
    Entries<long, plan.forward.size(), StepNumber> before{};
    for (PassNumber t{}; t < PassNumber{plan.backward_count}; ++t) {
        const BackwardStep& pass = plan.backward[t];
        if (pass.step == StepNumber::none || pass.repeats || !has_products(plan.forward[pass.step].op)) continue;
        if (!training_convs<Net>.value_of(pass.step).whole_batch) continue;
        long& end = before[pass.step];
        const auto go_behind = [&end, t](const Buffer& buffer) {
            if (is_there(buffer, t)) end = std::max(end, buffer.offset + buffer.floats);
        };
        for (MapNumber m{}; m < MapNumber{plan.map_count}; ++m) go_behind(plan.map_buffers[m]);
        for (BlendNumber b{}; b < BlendNumber{plan.blend_count}; ++b) go_behind(plan.gradient_buffers[b]);
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
    for (MapNumber m{}; m < MapNumber{plan.map_count}; ++m)
        extent.most_channels = std::max<long>(extent.most_channels, block_count(plan.maps[m].c) * channel_block);
    for (const PassScratch& scratch : training_scratch<Net>) extent.scratch = std::max(extent.scratch, scratch.total());
    for (StepNumber s{}; s < StepNumber{plan.forward_count}; ++s) {
        const ForwardStep& step = plan.forward[s];
        const Node& node = graph_of<Net>[step.node];
        if (const WeightedPass& pass = weighted_passes<Net>[s]; pass.has_weights()) {
            extent.weight = std::max(extent.weight, pass.sums);
            extent.bias = std::max(extent.bias, bias_floats(node.shape));
            extent.parameters = std::max(extent.parameters, pass.sums);
            extent.packed = std::max(extent.packed, pass.packed + bias_floats(node.shape));
        }
        if (!has_products(step.op)) continue;
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
    for (const Node& node : graph_of<Net>)
        if (role_of(node.op) == Role::norm) extent.bn_channels += 1L * block_count(node.shape.c) * channel_block;
    return extent;
}();

/// What lies in the arena of a training workspace: maps and gradients, scratch memory by thread, gradients of biases
/// and sums in double by slice, packed weights, coefficients of BN; then what the caller sees: gradients of parameters,
/// images, outputs, gradients of outputs and of the values whose gradients are wanted. Tiles of columns may read beyond
/// the last.
enum class TrainingSection : unsigned char {
    maps,
    slots,
    biases,
    sums,
    packed,
    bn,
    gradient,
    input,
    output,
    output_gradient,
    value_gradients,
    tail,
    count
};

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

    /// Of an image, of the first `count` values whose gradients are wanted.
    static constexpr long value_gradients(int count) {
        long sum = 0;
        for (int i = 0; i < count; ++i) sum += graph_of<Net>[graph_of<Net>.differentiated()[i]].shape.count();
        return sum;
    }
    /// Maps and gradients, and what a step's gradient of its weights is made of: what is collected of images, or sums
    /// of slices, which lie behind all maps.
    static constexpr long maps(long images) {
        return std::max(images * training_extent<Net>.maps, first_slice(images) + slices * slice);
    }
    static constexpr long first_slice(long images) { return images * training_plan<Net>.arena_floats; }
    static constexpr Sections<TrainingSection> sections(long images, long threads) {
        Sections<TrainingSection> all;
        all.append(TrainingSection::maps, maps(images));
        all.append(TrainingSection::slots, threads * slot);
        all.append(TrainingSection::biases, slices * slice_bias);
        all.append(TrainingSection::sums, 2 * doubles);
        all.append(TrainingSection::packed, training_extent<Net>.packed);
        all.append(TrainingSection::bn, bn_arrays * training_extent<Net>.bn_channels);
        all.append(TrainingSection::gradient, round_up(parameter_count<Net>));
        all.append(TrainingSection::input, round_up(images * input));
        all.append(TrainingSection::output, round_up(images * output));
        all.append(TrainingSection::output_gradient, round_up(images * output));
        all.append(TrainingSection::value_gradients,
                   round_up(images * value_gradients(graph_of<Net>.differentiated().count)));
        all.append(TrainingSection::tail, overhang);
        return all;
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
