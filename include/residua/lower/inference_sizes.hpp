#pragma once

#include <algorithm>

#include <residua/lower/inference_kernels.hpp>
#include <residua/lower/sections.hpp>
#include <residua/plan/costs.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Scratch memory of a step, in floats, with so many images at a time.
template <int nodes>
constexpr long step_scratch(const GraphView& graph, const InferencePlan<nodes>& plan, const InferenceStep& step,
                            int images) {
    if (is_weighted_pass(step.op)) return weighted_pass(graph, step.node).scratch;
    if (step.algorithm == Algorithm::direct) return 0;
    const int m = patch_size(step.with(images));
    return winograd_scratch(m, plan.layouts[step.src].blocks(), patch_group_of(graph, plan, step, images)) +
           (step.bare ? bare_scratch(m) : 0);
}

/// Largest scratch memory of a step, with one image at a time or groups of images, enough for any instruction set.
template <class Net, bool groups>
inline constexpr long inference_scratch = [] {
    long most = 0;
    const auto& plan = inference_plan<Net>;
    for (StepNumber s{}; s < StepNumber{plan.step_count}; ++s) {
        const int images = groups && s >= image_groups<Net>.first_step ? group_images : 1;
        const InferenceStep& step = plan.steps[s];
        most = std::max({most, step_scratch(graph_of<Net>, plan, step, images),
                         step_scratch(graph_of<Net>, plan, step.transformed(), images)});
    }
    return most;
}();

/// What lies in the arena of an inference workspace. Tiles of columns may read beyond the last slot.
enum class InferenceSection : unsigned char { slots, tail, input, output, count };

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
    static constexpr Sections<InferenceSection> sections(long images, long threads) {
        Sections<InferenceSection> all;
        all.append(InferenceSection::slots, threads * slot(images));
        all.append(InferenceSection::tail, overhang);
        all.append(InferenceSection::input, round_up(images * input));
        all.append(InferenceSection::output, round_up(images * output));
        return all;
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
