#pragma once

#include <algorithm>
#include <utility>

#include <residua/plan/training_steps.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Adds the places in memory to a plan that has the lifetimes of its maps and gradients.
///
/// Maps that are kept lie side by side in the order in which they are written, each until the way back has passed it.
/// What comes and goes lies behind the last of them that is needed at the same time: on the way forward maps
/// that are dropped, on the way back their values again, and gradients.
template <int nodes>
class TrainingPlaces {
  public:
    constexpr explicit TrainingPlaces(const LifetimesPlan<nodes>& plan) : plan_{plan} {}

    constexpr TrainingPlan<nodes> run() {
        place_kept_maps();
        place_dropped_maps();
        place_backward();
        place_insides();
        plan_.arena_floats = std::max(kept_floats_, placement_.peak());
        return plan_;
    }

  private:
    constexpr Buffer& buffer(MapNumber map) { return plan_.map_buffers[map]; }

    /// The maps that a step writes.
    template <class Visit>
    constexpr void for_each_written(const ForwardStep& step, const Visit& visit) {
        if (step.load == Load::compute_and_store) visit(plan_.blends[step.blend].stored);
        if (step.dst != MapNumber::none) visit(step.dst);
    }

    constexpr void place_kept_maps() {
        for (StepNumber s{}; s < StepNumber{plan_.forward_count}; ++s) {
            for_each_written(plan_.forward[s], [&](MapNumber map) {
                if (!plan_.dropped[map]) keep(map);
            });
            kept_behind_[s] = kept_floats_;
        }
    }

    constexpr void keep(MapNumber written) {
        const MapNumber map = outermost(plan_.inside, written).map;
        if (std::exchange(is_kept_[map], true)) return;
        buffer(map).offset = std::exchange(kept_floats_, kept_floats_ + buffer(map).floats);
        kept_[kept_count_++] = map;
    }

    constexpr void place_dropped_maps() {
        for (StepNumber s{}; s < StepNumber{plan_.forward_count}; ++s)
            for_each_written(plan_.forward[s], [&](MapNumber map) {
                if (!plan_.dropped[map]) return;
                placement_.place(buffer(map), kept_behind_[StepNumber{buffer(map).last + plan_.forward_count}]);
            });
    }

    constexpr void place_backward() {
        long end = kept_floats_;
        for (PassNumber t{}; t < PassNumber{plan_.backward_count}; ++t) {
            for (; kept_count_ > 0 && buffer(kept_[kept_count_ - 1]).last < place_of(t); --kept_count_)
                end = buffer(kept_[kept_count_ - 1]).offset;
            const BackwardStep& pass = plan_.backward[t];
            if (pass.repeats) placement_.place(buffer(plan_.backward_map[plan_.forward[pass.step].dst]), end);
            for (int i = 0; i < pass.restores; i += placed_together)
                place_restored(pass.first_restored + i, std::min(placed_together, pass.restores - i), end);
            if (pass.blend != BlendNumber::none && plan_.gradient_buffers[pass.blend].first == place_of(t) &&
                !is_inside(pass.blend))
                placement_.place(plan_.gradient_buffers[pass.blend], end);
        }
    }

    [[nodiscard]] constexpr bool is_inside(BlendNumber blend) const {
        const MapNumber stored = plan_.blends[blend].stored;
        return stored != MapNumber::none && plan_.holder[stored] == blend &&
               plan_.inside[stored].map != MapNumber::none;
    }

    /// What lies inside others has their images' places.
    constexpr void place_insides() {
        for (MapNumber m{}; m < MapNumber{plan_.map_count}; ++m) {
            if (plan_.inside[m].map == MapNumber::none) continue;
            const Inside at = outermost(plan_.inside, m);
            const long inside = at.first_block * Layout{plan_.maps[m]}.block();
            buffer(m).inside = plan_.gradient_buffers[plan_.holder[m]].inside = inside;
            take_place(buffer(at.map), buffer(m));
            take_place(plan_.gradient_buffers[plan_.holder[at.map]], plan_.gradient_buffers[plan_.holder[m]]);
        }
    }
    static constexpr void take_place(const Buffer& outer, Buffer& inner) {
        inner.offset = outer.offset;
        inner.floats = outer.floats;
    }

    /// Stored values that are computed again lie side by side in pairs, each there until both are passed:
    /// compilers limit the work of placing many.
    static constexpr int placed_together = 2;

    constexpr void place_restored(int first, int count, long end) {
        Buffer all = restored(first);
        for (int i = first + 1; i < first + count; ++i) {
            all.floats += restored(i).floats;
            all.last = std::max(all.last, restored(i).last);
        }
        long next = placement_.place(all, end);
        for (int i = first; i < first + count; ++i) restored(i).offset = std::exchange(next, next + restored(i).floats);
    }

    constexpr Buffer& restored(int i) { return buffer(plan_.backward_blends[plan_.restored[i]].stored); }

    TrainingPlan<nodes> plan_;
    FirstFit<2 * (nodes + 1)> placement_;
    Entries<MapNumber, nodes + 1> kept_{};  ///< maps, in the order in which they are written
    ByStep<long, nodes> kept_behind_{};     ///< floats of those written up to each step
    ByMap<bool, nodes> is_kept_{};
    int kept_count_ = 0;
    long kept_floats_ = 0;
};

}  // namespace residua::detail::inline RESIDUA_ISA
