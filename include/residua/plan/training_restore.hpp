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
        for (int map = 0; map < plan_.map_count; ++map) plan_.backward_map[map] = map;
    }

    constexpr RestoringPlan<nodes> run() {
        find_summands();
        const auto passes = plan_.backward;
        const int count = std::exchange(plan_.backward_count, 0);
        for (int t = 0; t < count; ++t) {
            compute_again(passes[t]);
            push(passes[t]);
        }
        for (int b = 0; b < plan_.blend_count; ++b) {
            Blend& blend = plan_.backward_blends[b];
            for (int* map : {&blend.main, &blend.skip, &blend.stored})
                if (*map >= 0) *map = plan_.backward_map[*map];
            if (is_dropped(plan_.blends[b].stored) && !is_summand_[b]) blend.stored = -1;
        }
        return plan_;
    }

  private:
    constexpr void push(const BackwardStep& pass) { plan_.backward[plan_.backward_count++] = pass; }
    [[nodiscard]] constexpr bool is_dropped(int map) const { return map >= 0 && plan_.dropped[map]; }

    constexpr void find_summands() {
        for (int b = 0; b < plan_.blend_count; ++b)
            for_each_stored_summand(plan_, b, [&](int of) { is_summand_[of] = true; });
    }

    /// What a value is computed from comes first: results by passes of their own, then stored values in one.
    constexpr void compute_again(const BackwardStep& pass) {
        first_needed_ = plan_.blend_count;
        last_needed_ = -1;
        for_each_blend_of(plan_, pass, [&](int blend) {
            need_operands(blend);
            need(plan_.blends[blend].stored);
        });
        for (int b = last_needed_; b >= first_needed_; --b)
            if (needed_[b]) need_operands(b);
        const int first = restored_count_;
        for (int b = first_needed_; b <= last_needed_; ++b)
            if (std::exchange(needed_[b], false)) plan_.restored[restored_count_++] = b;
        if (restored_count_ > first) push({.restores = restored_count_ - first, .first_restored = first});
    }

    constexpr void need_operands(int blend) {
        need(plan_.blends[blend].main);
        need(plan_.blends[blend].skip);
    }

    constexpr void need(int map) {
        if (!is_dropped(map) || plan_.backward_map[map] != map) return;
        const int holder = plan_.holder[map];
        if (holder >= 0 && !is_summand_[holder]) return;
        plan_.maps[plan_.map_count] = plan_.maps[map];
        plan_.backward_map[map] = plan_.map_count++;
        if (holder < 0) return push({.step = writer(map), .repeats = true});
        needed_[holder] = true;
        first_needed_ = std::min(first_needed_, holder);
        last_needed_ = std::max(last_needed_, holder);
    }

    [[nodiscard]] constexpr int writer(int map) const {
        int s = 0;
        while (plan_.forward[s].dst != map) ++s;
        return s;
    }

    RestoringPlan<nodes> plan_;
    Entries<bool, ForwardPlan<nodes>::capacity> is_summand_{};  ///< of another blend
    Entries<bool, ForwardPlan<nodes>::capacity> needed_{};      ///< blends whose values a pass needs again
    int first_needed_ = 0;
    int last_needed_ = 0;
    int restored_count_ = 0;
};

}  // namespace residua::detail::inline RESIDUA_ISA
