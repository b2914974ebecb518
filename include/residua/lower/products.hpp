#pragma once

#include <type_traits>

#include <residua/geometry/patches.hpp>
#include <residua/lower/inference_kernels.hpp>
#include <residua/lower/training_kernels.hpp>
#include <residua/plan/costs.hpp>
#include <residua/plan/mode.hpp>

namespace residua::detail::inline RESIDUA_ISA {

constexpr long node_products(const GraphView& graph, NodeNumber i, Algorithm algorithm) {
    if (!has_products(graph[i].op) || algorithm == Algorithm::direct) return node_multiply_adds(graph, i);
    const int m = patch_size(algorithm);
    return 1L * patch_count(graph[i].shape, m) * position_count(m) * graph.source_shape(i).c * graph[i].shape.c;
}

template <class Net, class Mode, bool groups>
constexpr long sum_products() {
    const auto& graph = graph_of<Net>;
    long sum = 0;
    if constexpr (std::is_same_v<Mode, Training>) {
        const auto& plan = training_plan<Net>;
        for (StepNumber s{}; s < StepNumber{plan.forward_count}; ++s) {
            const ForwardStep& step = plan.forward[s];
            if (!has_products(step.op) && !is_weighted_pass(step.op)) continue;
            // Forward, gradient of the weights, and of the source unless that is the network's input.
            const int directions = is_input(graph, graph.source(step.node)) ? 2 : 3;
            const Algorithm algorithm =
                has_products(step.op) ? training_convs<Net>.value_of(s).algorithm : Algorithm::direct;
            sum += directions * node_products(graph, step.node, algorithm);
        }
        for (PassNumber t{}; t < PassNumber{plan.backward_count}; ++t) {
            const BackwardStep& pass = plan.backward[t];
            if (!pass.repeats) continue;
            sum +=
                node_products(graph, plan.forward[pass.step].node, training_convs<Net>.value_of(pass.step).algorithm);
        }
    } else {
        const auto& plan = inference_plan<Net>;
        for (StepNumber s{}; s < StepNumber{plan.step_count}; ++s) {
            const InferenceStep& step = plan.steps[s];
            sum += node_products(graph, step.node, inference_kernels<Net>.value_of(kernel_entry(s, groups)).algorithm);
        }
    }
    return sum;
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Multiply-adds that one image's way through the network really takes, in training with the gradients of maps and
/// weights: fewer than the shapes say where filtering is minimal, whose transforms are not counted. In inference an
/// image alone may take more than one of a group.
template <class Net, class Mode, bool groups = false>
inline constexpr long products = detail::sum_products<Net, Mode, groups>();

}  // namespace residua::inline RESIDUA_ISA
