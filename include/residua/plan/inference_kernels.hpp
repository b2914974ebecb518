#pragma once

#include <residua/plan/distinct.hpp>
#include <residua/plan/inference.hpp>
#include <residua/plan/tiling.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Everything about an inference step that makes a difference to the code that runs it. Equal ones share that code.
struct InferenceKernel {
    Op op = Op::conv;
    Tiling tiling{};
    bool skip = false;
    int activation = -1;

    friend constexpr bool operator==(const InferenceKernel&, const InferenceKernel&) = default;
};

template <int nodes>
constexpr InferenceKernel kernel_of(const Graph<nodes>& graph, const InferencePlan<nodes>& plan,
                                    const InferenceStep& step) {
    InferenceKernel kernel{.op = step.op, .skip = step.skip >= 0, .activation = step.activation};
    if (step.op == Op::linear) kernel.op = Op::conv;
    if (step.op == Op::bn || step.op == Op::add) kernel.op = Op::activation;
    if (kernel.op == Op::conv)
        kernel.tiling = forward_tiling(plan.layouts[static_cast<std::size_t>(step.src)], graph[step.node].shape,
                                       graph[step.node].window);
    return kernel;
}

/// The distinct kernels of a network's plan, by step.
template <class Net>
inline constexpr auto inference_kernels = [] {
    Distinct<InferenceKernel, graph_of<Net>.nodes.size()> found;
    for (int s = 0; s < inference_plan<Net>.step_count; ++s)
        found.add(
            s, kernel_of(graph_of<Net>, inference_plan<Net>, inference_plan<Net>.steps[static_cast<std::size_t>(s)]));
    return found;
}();

}  // namespace residua::detail::inline RESIDUA_ISA
