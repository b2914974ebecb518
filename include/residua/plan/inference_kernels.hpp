#pragma once

#include <residua/plan/distinct.hpp>
#include <residua/plan/inference.hpp>
#include <residua/plan/tiling.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Everything about an inference step that makes a difference to the code that runs it. Equal ones share that code.
struct InferenceKernel {
    Op op = Op::conv;
    Algorithm algorithm = Algorithm::direct;
    Tiling tiling{};
    bool skip = false;
    int activation = -1;

    friend constexpr bool operator==(const InferenceKernel&, const InferenceKernel&) = default;
};

/// Whether a 1x1 convolution can take the map for one long row: no frames between its pixels.
template <int nodes>
constexpr bool is_flat(const Graph<nodes>& graph, const InferencePlan<nodes>& plan, const InferenceStep& step) {
    if (step.op != Op::conv || graph[step.node].window != Window{}) return false;
    for (const int map : {step.src, step.skip, step.dst})
        if (map >= 0 && (plan.layouts[static_cast<std::size_t>(map)].halo > 0 ||
                         plan.layouts[static_cast<std::size_t>(map)].packed))
            return false;
    return true;
}

/// Patches that go through the products of a step together.
template <int nodes>
constexpr int patch_group_of(const Graph<nodes>& graph, const InferencePlan<nodes>& plan, const InferenceStep& step) {
    const int m = patch_size(step.algorithm);
    return patch_group(m, plan.layouts[static_cast<std::size_t>(step.src)].blocks(),
                       patch_count(graph[step.node].shape, m));
}

template <int nodes>
constexpr InferenceKernel kernel_of(const Graph<nodes>& graph, const InferencePlan<nodes>& plan,
                                    const InferenceStep& step) {
    InferenceKernel kernel{.op = step.op, .skip = step.skip >= 0, .activation = step.activation};
    if (step.op == Op::linear) kernel.op = Op::conv;
    if (step.op == Op::bn || step.op == Op::add) kernel.op = Op::activation;
    if (kernel.op != Op::conv) return kernel;
    const Layout& src = plan.layouts[static_cast<std::size_t>(step.src)];
    Chw dst = graph[step.node].shape;
    kernel.algorithm = step.algorithm;
    if (is_flat(graph, plan, step)) dst = {dst.c, 1, dst.h * dst.w};
    kernel.tiling = step.algorithm == Algorithm::direct ? forward_tiling(src, dst, graph[step.node].window)
                                                        : winograd_tiling(dst, patch_group_of(graph, plan, step));
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
