#pragma once

#include <algorithm>
#include <utility>

#include <residua/plan/training_steps.hpp>

namespace residua {

namespace detail {

/// From this many floats of an image on, a stored sum is dropped once the way forward is through with it, but no more
/// than so many that need one another: as many are there at a time on the way back.
inline constexpr long dropped_floats = 32 * 1024;
inline constexpr int dropped_in_a_row = 8;

/// Chooses the stored values to drop, and adds the passes that compute them again, each before the first pass that
/// reads it. On the way back such a value has a map of its own. One that only steps read, no other blend, needs none:
/// they compute it on the way from memory.
template <int nodes>
class RestoredValues {
  public:
    constexpr explicit RestoredValues(const TrainingPlan<nodes>& plan) : plan_{plan} {}

    constexpr TrainingPlan<nodes> run() {
        find_summands();
        drop();
        const auto passes = plan_.backward;
        const int count = std::exchange(plan_.backward_count, 0);
        for (int t = 0; t < count; ++t) {
            for_each_blend_of(plan_, passes[index(t)], [&](int blend) { restore_maps_of(blend); });
            plan_.backward[index(plan_.backward_count++)] = passes[index(t)];
        }
        for (int b = 0; b < plan_.blend_count; ++b) {
            Blend& blend = plan_.backward_blends[index(b)];
            blend.main = there(blend.main);
            blend.skip = there(blend.skip);
            blend.stored = there(blend.stored);
            if (plan_.dropped[index(b)] && !is_summand_[index(b)]) blend.stored = -1;
        }
        return plan_;
    }

  private:
    static constexpr std::size_t index(int i) { return static_cast<std::size_t>(i); }

    /// Where a map's value is on the way back.
    [[nodiscard]] constexpr int there(int map) const {
        return map >= 0 && plan_.holder[index(map)] >= 0 && restored_[index(plan_.holder[index(map)])] > 0
                   ? restored_[index(plan_.holder[index(map)])]
                   : map;
    }

    constexpr void find_summands() {
        for (int b = 0; b < plan_.blend_count; ++b)
            for (const int map : {plan_.blends[index(b)].main, plan_.blends[index(b)].skip})
                if (const int of = stored_blend(plan_, map, b); of >= 0) is_summand_[index(of)] = true;
    }

    [[nodiscard]] constexpr bool may_be_dropped(const Blend& blend) const {
        return blend.stored >= 0 && !blend.plain() && blend.stored != plan_.output &&
               blend.shape.count() >= dropped_floats;
    }

    constexpr void drop() {
        std::array<int, TrainingPlan<nodes>::capacity> row{};  // of dropped values that end in a blend's
        for (int b = 0; b < plan_.blend_count; ++b) {
            const Blend& blend = plan_.blends[index(b)];
            if (!may_be_dropped(blend)) continue;
            int before = 0;
            for (const int map : {blend.main, blend.skip})
                if (const int of = stored_blend(plan_, map, b); of >= 0) before = std::max(before, row[index(of)]);
            plan_.dropped[index(b)] = before < dropped_in_a_row;
            row[index(b)] = plan_.dropped[index(b)] ? before + 1 : 0;
        }
    }

    constexpr void restore_maps_of(int blend) {
        const Blend& of = plan_.blends[index(blend)];
        for (const int map : {of.main, of.skip})
            if (map >= 0 && plan_.holder[index(map)] >= 0) restore(plan_.holder[index(map)]);
        if (of.stored >= 0) restore(blend);
    }

    /// What a value is computed from comes first.
    constexpr void restore(int blend) {
        if (!plan_.dropped[index(blend)] || !is_summand_[index(blend)] || restored_[index(blend)] > 0) return;
        restored_[index(blend)] = plan_.map_count;
        plan_.maps[index(plan_.map_count++)] = plan_.blends[index(blend)].shape;
        restore_maps_of(blend);
        plan_.backward[index(plan_.backward_count++)] = {.blend = blend, .restores = true};
    }

    TrainingPlan<nodes> plan_;
    std::array<bool, TrainingPlan<nodes>::capacity> is_summand_{};  ///< of another blend
    std::array<int, TrainingPlan<nodes>::capacity> restored_{};     ///< map that holds a blend's value again, or 0
};

}  // namespace detail

}  // namespace residua
