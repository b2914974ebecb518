#pragma once

#include <residua/lower/blend_form.hpp>
#include <residua/op/conv/lower.hpp>
#include <residua/plan/distinct.hpp>
#include <residua/plan/training.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// How a step's source lies in the scratch memory of a thread: framed as its kernel wants it.
template <int nodes>
constexpr Layout source_layout(const GraphView& graph, const TrainingPlan<nodes>& plan, const ForwardStep& step) {
    const Blend& blend = plan.blends[step.blend];
    const bool conv = has_products(step.op);
    const bool input = blend.plain() && blend.main == plan.input;
    return {blend.shape, conv ? graph[step.node].window.padding : 0, conv && input && blend.shape.c < channel_block};
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
    Distinct<TrainingConv, training_plan<Net>.forward.size()> found;
    for (int s = 0; s < training_plan<Net>.forward_count; ++s) {
        const ForwardStep& step = training_plan<Net>.forward[s];
        if (!has_products(step.op)) continue;
        const Node& node = graph_of<Net>[step.node];
        const Layout src = source_layout(graph_of<Net>, training_plan<Net>, step);
        found.add(s, training_conv(src, node.shape, node.window, node.bias, last_algorithm<Net>,
                                   training_plan<Net>.first_bn[step.dst] >= 0));
    }
    return found;
}();

/// By forward step: the operations that make passes without products; entries of other steps are not set.
template <class Net>
inline constexpr auto training_passes = [] {
    Distinct<Op, training_plan<Net>.forward.size()> found;
    for (int s = 0; s < training_plan<Net>.forward_count; ++s)
        if (const Op op = training_plan<Net>.forward[s].op; role_of(op) == Role::pass) found.add(s, op);
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
        if (!has_products(op)) continue;
        found.add(p, source_gradient(training_convs<Net>.value_of(pass.step), gradient_form(plan, pass)));
    }
    return found;
}();

}  // namespace residua::detail::inline RESIDUA_ISA
