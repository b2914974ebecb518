#pragma once

#include <algorithm>
#include <utility>

#include <residua/plan/training_steps.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Adds the passes that compute dropped maps again, each before the first pass that reads them. On the way back their
/// values are in maps of their own. A stored value that only steps read, no other blend, needs none: they compute it on
/// the way from memory.
template <int nodes>
class RestoredMaps {
  public:
    constexpr explicit RestoredMaps(const DroppingPlan<nodes>& plan) : plan_{plan} {
        plan_.backward_blends = plan_.blends;
        for (MapNumber map{}; map < MapNumber{plan_.map_count}; ++map) plan_.backward_map[map] = map;
    }

    constexpr RestoringPlan<nodes> run() {
        find_summands();
        const auto passes = plan_.backward;
        const PassNumber behind{std::exchange(plan_.backward_count, 0)};
        for (PassNumber t{}; t < behind; ++t) {
            compute_again(passes[t]);
            push(passes[t]);
        }
        for (BlendNumber b{}; b < BlendNumber{plan_.blend_count}; ++b) {
            Blend& blend = plan_.backward_blends[b];
            for (MapNumber* map : {&blend.main, &blend.skip, &blend.stored})
                if (*map != MapNumber::none) *map = plan_.backward_map[*map];
            if (is_dropped(plan_.blends[b].stored) && !is_summand_[b]) blend.stored = MapNumber::none;
        }
        return plan_;
    }

  private:
    constexpr void push(const BackwardStep& pass) { plan_.backward[PassNumber{plan_.backward_count++}] = pass; }
    [[nodiscard]] constexpr bool is_dropped(MapNumber map) const {
        return map != MapNumber::none && plan_.dropped[map];
    }

    constexpr void find_summands() {
        for (BlendNumber b{}; b < BlendNumber{plan_.blend_count}; ++b)
            for_each_stored_summand(plan_, b, [&](BlendNumber of) { is_summand_[of] = true; });
    }

    /// What a value is computed from comes first: results by passes of their own, then stored values in one.
    constexpr void compute_again(const BackwardStep& pass) {
        first_needed_ = BlendNumber{plan_.blend_count};
        last_needed_ = BlendNumber::none;
        for_each_blend_of(plan_, pass, [&](BlendNumber blend) {
            need_operands(blend);
            need(plan_.blends[blend].stored);
        });
        for (BlendNumber b = last_needed_; b >= first_needed_; --b)
            if (needed_[b]) need_operands(b);
        const int first = restored_count_;
        for (BlendNumber b = first_needed_; b <= last_needed_; ++b)
            if (std::exchange(needed_[b], false)) plan_.restored[restored_count_++] = b;
        if (restored_count_ > first) push({.restores = restored_count_ - first, .first_restored = first});
    }

    constexpr void need_operands(BlendNumber blend) {
        need(plan_.blends[blend].main);
        need(plan_.blends[blend].skip);
    }

    constexpr void need(MapNumber map) {
        if (!is_dropped(map) || plan_.backward_map[map] != map) return;
        const BlendNumber holder = plan_.holder[map];
        if (holder != BlendNumber::none && !is_summand_[holder]) return;
        const MapNumber again{plan_.map_count++};
        plan_.maps[again] = plan_.maps[map];
        plan_.backward_map[map] = again;
        if (holder == BlendNumber::none) return push({.step = writer(map), .repeats = true});
        needed_[holder] = true;
        first_needed_ = std::min(first_needed_, holder);
        last_needed_ = std::max(last_needed_, holder);
    }

    [[nodiscard]] constexpr StepNumber writer(MapNumber map) const {
        StepNumber s{};
        while (plan_.forward[s].dst != map) ++s;
        return s;
    }

    RestoringPlan<nodes> plan_;
    ByBlend<bool, nodes> is_summand_{};  ///< of another blend
    ByBlend<bool, nodes> needed_{};      ///< blends whose values a pass needs again
    BlendNumber first_needed_{};
    BlendNumber last_needed_{};
    int restored_count_ = 0;
};

}  // namespace residua::detail::inline RESIDUA_ISA
