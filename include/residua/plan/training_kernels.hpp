#pragma once

#include <algorithm>

#include <residua/plan/algorithm.hpp>
#include <residua/plan/distinct.hpp>
#include <residua/plan/tiling.hpp>
#include <residua/plan/training.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What makes a difference to the code that computes a blend.
struct BlendForm {
    bool main_bn = false;
    bool skip = false;
    bool skip_bn = false;
    int activation = -1;

    friend constexpr bool operator==(const BlendForm&, const BlendForm&) = default;
};

constexpr BlendForm form_of(const Blend& blend) {
    return {blend.main_bn >= 0, blend.skip >= 0, blend.skip_bn >= 0, blend.activation};
}

/// How a step's source lies in the scratch memory of a thread: framed as its kernel wants it.
template <int nodes>
constexpr Layout source_layout(const Graph<nodes>& graph, const TrainingPlan<nodes>& plan, const ForwardStep& step) {
    const Blend& blend = plan.blends[step.blend];
    const bool conv = is_conv(step.op);
    const bool input = blend.plain() && blend.main == 0;
    return {blend.shape, conv ? graph[step.node].window.padding : 0, conv && input && blend.shape.c < channel_block};
}

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

    friend constexpr bool operator==(const TrainingConv&, const TrainingConv&) = default;
};

/// The kernels of a convolution whose source lies as `src` says.
constexpr TrainingConv training_conv(const Layout& src, Chw dst, const Window& window, bool bias, Algorithm last,
                                     bool moments = false) {
    TrainingConv conv{.bias = bias, .moments = moments && !bias};
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

/// What a convolution on the way back does with its results, the gradient of a blend, besides writing them.
struct GradientForm {
    bool finishes = false;  ///< takes the gradient through the blend
    bool adds = false;      ///< first adds another part of it
    BlendForm blend{};

    friend constexpr bool operator==(const GradientForm&, const GradientForm&) = default;
};

/// Everything about a convolution's way back to its source that makes a difference to the code.
struct SourceGradient {
    Algorithm algorithm = Algorithm::direct;
    bool bare = false;
    Tiling tiling{};
    GradientForm form{};

    friend constexpr bool operator==(const SourceGradient&, const SourceGradient&) = default;
};

constexpr SourceGradient source_gradient(const TrainingConv& conv, const GradientForm& form) {
    return {conv.algorithm, conv.bare, conv.backward, form};
}

/// A pass that finishes its blend's gradient does so in its convolution, if beside that at most one map adds to the
/// gradient, as it is.
template <int nodes>
constexpr GradientForm gradient_form(const TrainingPlan<nodes>& plan, const BackwardStep& pass) {
    const auto blend_at = [&](int b) { return plan.backward_blends[b]; };
    int added = pass.accumulates;
    for (const Summand& pulled : pass.pulls) {
        if (pulled.blend < 0) continue;
        if (pulled.bn(blend_at(pulled.blend)) >= 0) return {};
        ++added;
    }
    if (!pass.finishes || pass.output || added > 1) return {};
    return {true, added > 0, form_of(blend_at(pass.blend))};
}

template <class Net>
inline constexpr auto blend_forms = [] {
    Distinct<BlendForm, training_plan<Net>.blends.size()> found;
    for (int b = 0; b < training_plan<Net>.blend_count; ++b) found.add(b, form_of(training_plan<Net>.blends[b]));
    return found;
}();

/// By forward step; entries of steps that are no convolution are not set.
template <class Net>
inline constexpr auto training_convs = [] {
    Distinct<TrainingConv, training_plan<Net>.forward.size()> found;
    for (int s = 0; s < training_plan<Net>.forward_count; ++s) {
        const ForwardStep& step = training_plan<Net>.forward[s];
        if (!is_conv(step.op)) continue;
        const Node& node = graph_of<Net>[step.node];
        const Layout src = source_layout(graph_of<Net>, training_plan<Net>, step);
        found.add(s, training_conv(src, node.shape, node.window, node.bias,
                                   step.op == Op::conv ? last_algorithm<Net> : Algorithm::direct,
                                   training_plan<Net>.first_bn[step.dst] >= 0));
    }
    return found;
}();

/// By pass on the way back; entries of passes without a convolution or a blend are not set.
template <class Net>
inline constexpr auto source_gradients = [] {
    constexpr const auto& plan = training_plan<Net>;
    Distinct<SourceGradient, plan.backward.size()> found;
    found.of.fill(-1);
    for (int p = 0; p < plan.backward_count; ++p) {
        const BackwardStep& pass = plan.backward[p];
        if (pass.step < 0 || pass.blend < 0) continue;
        const Op op = plan.forward[pass.step].op;
        if (!is_conv(op)) continue;
        found.add(p, source_gradient(training_convs<Net>.value_of(pass.step), gradient_form(plan, pass)));
    }
    return found;
}();

}  // namespace residua::detail::inline RESIDUA_ISA
