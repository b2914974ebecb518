#pragma once

#include <residua/lower/blend_form.hpp>
#include <residua/op/conv/lower.hpp>
#include <residua/op/lowers.hpp>
#include <residua/plan/distinct.hpp>
#include <residua/plan/training.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// How a step's source lies in the scratch memory of a thread: framed as its kernel wants it.
template <int nodes>
constexpr Layout source_layout(const GraphView& graph, const TrainingPlan<nodes>& plan, const ForwardStep& step) {
    const Blend& blend = plan.blends[step.blend];
    const bool conv = has_products(step.op);
    const int padding = conv || is_weighted_pass(step.op) ? graph[step.node].window.padding : 0;
    const bool input = blend.plain() && blend.main == plan.input;
    return {blend.shape, padding, conv && input && blend.shape.c < channel_block};
}

/// How the gradient of a step's result lies there: framed for the kernel that takes it back to the source.
constexpr Layout result_gradient_layout(const GraphView& graph, const ForwardStep& step) {
    const Node& node = graph[step.node];
    const bool framed = has_products(step.op) || is_weighted_pass(step.op);
    return framed ? gradient_layout(node.shape, node.window) : Layout{node.shape};
}

/// Everything about a convolution's way back to its source that makes a difference to the code.
struct SourceGradient {
    Algorithm algorithm = Algorithm::direct;
    bool bare = false;
    Tiling tiling{};
    bool partial = false;  ///< the source's channels do not fill its blocks
    GradientForm form{};

    friend constexpr bool operator==(const SourceGradient&, const SourceGradient&) = default;
};

constexpr SourceGradient source_gradient(const TrainingConv& conv, const GradientForm& form) {
    return {conv.algorithm, conv.bare, conv.backward, conv.partial_src, form};
}

/// By forward step; entries of steps that are no convolution are not set.
template <class Net>
inline constexpr auto training_convs = [] {
    Distinct<TrainingConv, training_plan<Net>.forward.size(), StepNumber> found;
    for (StepNumber s{}; s < StepNumber{training_plan<Net>.forward_count}; ++s) {
        const ForwardStep& step = training_plan<Net>.forward[s];
        if (!has_products(step.op)) continue;
        const Node& node = graph_of<Net>[step.node];
        const Layout src = source_layout(graph_of<Net>, training_plan<Net>, step);
        found.add(s, training_conv(src, node.shape, node.window, node.bias, last_algorithm<Net>,
                                   has_statistics(training_plan<Net>, step.dst)));
    }
    return found;
}();

/// Everything about a pass without products that makes a difference to the code; all but the operation only where it
/// has weights.
struct PassKernel {
    Op op{};
    int choice = 0;
    bool bias = false;
    bool moments = false;  ///< sums up what the statistics of its result need
    bool partial = false;  ///< the result's channels do not fill its blocks

    friend constexpr bool operator==(const PassKernel&, const PassKernel&) = default;
};

/// By forward step: what passes with weights need; of other steps nothing.
template <class Net>
inline constexpr auto weighted_passes = [] {
    Entries<WeightedPass, training_plan<Net>.forward.size(), StepNumber> found{};
    for (StepNumber s{}; s < StepNumber{training_plan<Net>.forward_count}; ++s) {
        const ForwardStep& step = training_plan<Net>.forward[s];
        if (is_weighted_pass(step.op)) found[s] = weighted_pass(graph_of<Net>, step.node);
    }
    return found;
}();

/// By forward step: the passes without products; entries of other steps are not set.
template <class Net>
inline constexpr auto training_passes = [] {
    Distinct<PassKernel, training_plan<Net>.forward.size(), StepNumber> found;
    for (StepNumber s{}; s < StepNumber{training_plan<Net>.forward_count}; ++s) {
        const ForwardStep& step = training_plan<Net>.forward[s];
        if (!is_pass(step.op)) continue;
        PassKernel kernel{.op = step.op};
        if (weighted_passes<Net>[s].has_weights()) {
            const Node& node = graph_of<Net>[step.node];
            const bool moments = has_statistics(training_plan<Net>, step.dst);
            kernel = {step.op, weighted_passes<Net>[s].choice, node.bias, moments && !node.bias,
                      is_partial(node.shape.c)};
        }
        found.add(s, kernel);
    }
    return found;
}();

/// By pass on the way back; entries of passes without a convolution or a blend are not set.
template <class Net>
inline constexpr auto source_gradients = [] {
    constexpr const auto& plan = training_plan<Net>;
    Distinct<SourceGradient, plan.backward.size(), PassNumber> found;
    found.of.fill(-1);
    for (PassNumber p{}; p < PassNumber{plan.backward_count}; ++p) {
        const BackwardStep& pass = plan.backward[p];
        if (pass.step == StepNumber::none || pass.blend == BlendNumber::none) continue;
        const Op op = plan.forward[pass.step].op;
        if (!has_products(op)) continue;
        found.add(p, source_gradient(training_convs<Net>.value_of(pass.step), gradient_form(plan, pass)));
    }
    return found;
}();

}  // namespace residua::detail::inline RESIDUA_ISA
