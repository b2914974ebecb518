#pragma once

#include <algorithm>

#include <residua/lower/tiling.hpp>
#include <residua/op/lowers.hpp>
#include <residua/plan/distinct.hpp>
#include <residua/plan/image_groups.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Everything about an inference step that makes a difference to the code that runs it. Equal ones share that code.
struct InferenceKernel {
    bool elementwise = false;
    Op op{};  ///< not of element-wise steps, which differ in what is below alone
    Algorithm algorithm = Algorithm::direct;
    bool bare = false;  ///< weights are transformed each time
    Tiling tiling{};
    int choice = 0;  ///< of the kernels of a pass with weights
    bool skip = false;
    int activation = -1;
    bool partial = false;  ///< the result's channels do not fill its blocks

    friend constexpr bool operator==(const InferenceKernel&, const InferenceKernel&) = default;
};

/// Whether a 1x1 convolution can take the map for one long row: no frames between its pixels.
template <int nodes>
constexpr bool is_flat(const GraphView& graph, const InferencePlan<nodes>& plan, const InferenceStep& step) {
    if (!has_products(step.op) || row_of(step.op).takes_images_as_columns || graph[step.node].window != Window{})
        return false;
    for (const MapNumber map : {step.src, step.skip, step.dst})
        if (map != MapNumber::none && (plan.layouts[map].halo > 0 || plan.layouts[map].packed)) return false;
    return true;
}

/// A step of the plan as these registers run it. Narrow ones take so long to transform kernels that moderately many
/// weights arrive sooner transformed in advance.
template <int nodes>
constexpr InferenceStep step_of(const InferencePlan<nodes>& plan, StepNumber s) {
    constexpr int fewest_bare_channels = accumulators >= 28 ? 0 : 256;
    const InferenceStep& step = plan.steps[s];
    const int src_channels = plan.layouts[step.src].shape.c;
    const int dst_channels = plan.layouts[step.dst].shape.c;
    return step.bare && std::max(src_channels, dst_channels) < fewest_bare_channels ? step.transformed() : step;
}

/// Patches that go through the products of a step together, of so many images at a time.
template <int nodes>
constexpr int patch_group_of(const GraphView& graph, const InferencePlan<nodes>& plan, const InferenceStep& step,
                             int images) {
    const int m = patch_size(step.with(images));
    return patch_group(m, plan.layouts[step.src].blocks(), images * patch_count(graph[step.node].shape, m));
}

template <int nodes>
constexpr InferenceKernel kernel_of(const GraphView& graph, const InferencePlan<nodes>& plan, const InferenceStep& step,
                                    int images) {
    InferenceKernel kernel{.skip = step.skip != MapNumber::none, .activation = step.activation};
    kernel.partial = is_finished(step.op) && is_partial(plan.layouts[step.dst].shape.c);
    kernel.elementwise = is_elementwise(step.op);
    if (!kernel.elementwise) kernel.op = step.op;
    if (is_weighted_pass(step.op)) kernel.choice = weighted_pass(graph, step.node).choice;
    if (!has_products(step.op)) return kernel;
    const Layout& src = plan.layouts[step.src];
    Chw dst = graph[step.node].shape;
    kernel.algorithm = step.with(images);
    kernel.bare = step.bare;
    if (kernel.algorithm != Algorithm::direct) {
        kernel.tiling = winograd_tiling(dst, patch_group_of(graph, plan, step, images));
        return kernel;
    }
    if (is_flat(graph, plan, step)) dst = {dst.c, 1, dst.h * dst.w};
    // The images of a shortcut that is added lie otherwise.
    const bool columns = row_of(step.op).takes_images_as_columns;
    if (columns) dst.w = kernel.skip ? 1 : images;
    kernel.tiling = forward_tiling(src, dst, graph[step.node].window);
    if (columns) kernel.tiling.pixel = static_cast<int>(src.count());
    return kernel;
}

/// By step: what passes with weights need; of other steps nothing.
template <class Net>
inline constexpr auto inference_passes = [] {
    constexpr const auto& plan = inference_plan<Net>;
    Entries<WeightedPass, plan.steps.size(), StepNumber> found{};
    for (StepNumber s{}; s < StepNumber{plan.step_count}; ++s)
        if (is_weighted_pass(plan.steps[s].op)) found[s] = weighted_pass(graph_of<Net>, plan.steps[s].node);
    return found;
}();

/// The entry of a step among the kernels of a network's plan, with one image or with a group of images.
constexpr int kernel_entry(StepNumber s, bool group = false) { return 2 * place_of(s) + group; }

/// The distinct kernels of a network's plan.
template <class Net>
inline constexpr auto inference_kernels = [] {
    constexpr const auto& plan = inference_plan<Net>;
    Distinct<InferenceKernel, 2 * graph_of<Net>.count()> found;
    for (StepNumber s{}; s < StepNumber{plan.step_count}; ++s) {
        const InferenceStep step = step_of(plan, s);
        const int together = s < image_groups<Net>.first_step ? 1 : group_images;
        found.add(kernel_entry(s), kernel_of(graph_of<Net>, plan, step, 1));
        found.add(kernel_entry(s, true), kernel_of(graph_of<Net>, plan, step, together));
    }
    return found;
}();

}  // namespace residua::detail::inline RESIDUA_ISA
