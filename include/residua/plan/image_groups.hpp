#pragma once

#include <residua/geometry/patches.hpp>
#include <residua/plan/inference.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// How a group of images goes through the inference plan: each image alone through the steps before `first_step`, while
/// its maps are in the cache, all together through the rest.
template <int nodes>
struct ImageGroups {
    StepNumber first_step{};  ///< the plan's step count where the weights are light to the end
    Entries<Buffer, nodes, MapNumber> buffers{};
    Entries<bool, nodes, MapNumber> of_all{};  ///< whether there is one map for every image
    long arena_floats = 0;
};

/// Floats of a step's weights as its products read them, transformed by the kernel or before, 0 where they do not
/// count: a direct convolution takes so long that its weights arrive in time.
template <int nodes>
constexpr long fetched_floats(const GraphView& graph, const InferencePlan<nodes>& plan, const InferenceStep& step) {
    const Layout& src = plan.layouts[step.src];
    const Layout& dst = plan.layouts[step.dst];
    if (row_of(step.op).takes_images_as_columns) return 1L * dst.shape.c * src.shape.count();
    if (step.algorithm == Algorithm::direct) return 0;
    return winograd_weight_floats(patch_size(Algorithm::winograd4), graph.source_shape(step.node).c, dst.shape.c);
}

template <int nodes>
class GroupPlacement {
  public:
    constexpr GroupPlacement(const GraphView& graph, const InferencePlan<nodes>& plan) : graph_{graph}, plan_{plan} {}

    constexpr ImageGroups<nodes> run() {
        groups_.first_step = StepNumber{plan_.step_count};
        for (StepNumber s = StepNumber{plan_.step_count} - 1; s != StepNumber::none; --s) {
            const long weights = fetched_floats(graph_, plan_, step(s));
            if (weights < noticeable) continue;
            if (weights < heavy * plan_.layouts[step(s).src].count()) break;
            groups_.first_step = s;
        }
        mark();
        place();
        return groups_;
    }

  private:
    /// Floats that the cache next to a core keeps anyway.
    static constexpr long noticeable = 16 * 1024;
    /// Weights so many times larger than the map are fetched for longer than they are computed with.
    static constexpr long heavy = 16;

    [[nodiscard]] constexpr const InferenceStep& step(StepNumber s) const { return plan_.steps[s]; }

    constexpr void mark() {
        groups_.of_all[outer(plan_.output)] = true;
        for (StepNumber s = groups_.first_step; s < StepNumber{plan_.step_count}; ++s)
            for (const MapNumber map : {step(s).src, step(s).skip, step(s).dst})
                if (map != MapNumber::none) groups_.of_all[outer(map)] = true;
        for (MapNumber m{}; m < MapNumber{plan_.map_count}; ++m) groups_.of_all[m] = groups_.of_all[outer(m)];
    }

    /// Whether a map holds what each image alone left for the steps of all.
    [[nodiscard]] constexpr bool is_handed_over(MapNumber map) const {
        return groups_.of_all[map] && (map == plan_.input || plan_.buffers[map].first < place_of(groups_.first_step));
    }

    /// What is handed over must outlive the other images' way to it, so it takes its place before all else.
    constexpr void place() {
        groups_.buffers = plan_.buffers;
        FirstFit<nodes + 1> placement;
        for (const bool handed_over : {true, false})
            for (MapNumber i{}; i < MapNumber{plan_.map_count}; ++i) {
                const MapNumber m = outer(i);
                if (placed_[m] || is_handed_over(m) != handed_over) continue;
                placed_[m] = true;
                Buffer buffer = plan_.buffers[m];
                if (handed_over) buffer.first = 0;
                if (groups_.of_all[m]) buffer.floats *= group_images;
                groups_.buffers[m].first = buffer.first;
                groups_.buffers[m].offset = placement.place(buffer);
            }
        for (MapNumber m{}; m < MapNumber{plan_.map_count}; ++m) {
            const Inside at = outermost(plan_.inside, m);
            groups_.buffers[m].offset = groups_.buffers[at.map].offset + at.first_block * plan_.layouts[m].block();
        }
        groups_.arena_floats = placement.peak();
    }

    [[nodiscard]] constexpr MapNumber outer(MapNumber map) const { return outermost(plan_.inside, map).map; }

    GraphView graph_;
    const InferencePlan<nodes>& plan_;
    Entries<bool, nodes, MapNumber> placed_{};
    ImageGroups<nodes> groups_{};
};

/// How groups of images go through the network's inference plan.
template <class Net>
inline constexpr auto image_groups =
    detail::GroupPlacement<graph_of<Net>.count()>(graph_of<Net>, inference_plan<Net>).run();

}  // namespace residua::detail::inline RESIDUA_ISA
