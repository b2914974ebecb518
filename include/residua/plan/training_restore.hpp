#pragma once

#include <algorithm>
#include <utility>

#include <residua/plan/costs.hpp>
#include <residua/plan/training_steps.hpp>

namespace residua {

namespace detail {

/// Above so many floats of an image, maps are dropped once the way forward is through with them: stored sums, if those
/// that need one another have as many together, as the sums of a stage do, and results of cheap convolutions.
inline constexpr long dropped_floats = 64 * 1024;

/// A convolution is cheap if it has no more multiply-adds than this for each float of its result, and no more than one
/// in so many of a step's.
inline constexpr long repeated_multiply_adds = 160;
inline constexpr long repeated_share = 50;

/// Chooses the maps to drop, and adds the passes that compute their values again, each before the first pass that reads
/// them. On the way back they are in maps of their own. A stored value that only steps read, no other blend, needs
/// none: they compute it on the way from memory.
template <int nodes>
class RestoredValues {
  public:
    constexpr RestoredValues(const Graph<nodes>& graph, const TrainingPlan<nodes>& plan) : graph_{graph}, plan_{plan} {
        for (int map = 0; map < static_cast<int>(plan_.again.size()); ++map) plan_.again[index(map)] = map;
    }

    constexpr TrainingPlan<nodes> run() {
        find_summands();
        drop_results();
        find_chains();
        drop_stored_values();
        const auto passes = plan_.backward;
        const int count = std::exchange(plan_.backward_count, 0);
        for (int t = 0; t < count; ++t) {
            compute_again(passes[index(t)]);
            push(passes[index(t)]);
        }
        for (int b = 0; b < plan_.blend_count; ++b) {
            Blend& blend = plan_.backward_blends[index(b)];
            for (int* map : {&blend.main, &blend.skip, &blend.stored})
                if (*map >= 0) *map = plan_.again[index(*map)];
            if (is_dropped(plan_.blends[index(b)].stored) && !is_summand_[index(b)]) blend.stored = -1;
        }
        return plan_;
    }

  private:
    static constexpr std::size_t index(int i) { return static_cast<std::size_t>(i); }

    constexpr void push(const BackwardStep& pass) { plan_.backward[index(plan_.backward_count++)] = pass; }
    [[nodiscard]] constexpr bool is_dropped(int map) const { return map >= 0 && plan_.dropped[index(map)]; }

    /// The blends whose stored values a blend reads.
    template <class Visit>
    constexpr void for_each_stored_summand(int blend, const Visit& visit) const {
        for (const int map : {plan_.blends[index(blend)].main, plan_.blends[index(blend)].skip})
            if (const int of = stored_blend(plan_, map, blend); of >= 0) visit(of);
    }

    constexpr void find_summands() {
        for (int b = 0; b < plan_.blend_count; ++b)
            for_each_stored_summand(b, [&](int of) { is_summand_[index(of)] = true; });
    }

    [[nodiscard]] constexpr bool may_be_dropped(const Blend& blend) const {
        return blend.stored >= 0 && !blend.plain() && blend.stored != plan_.output;
    }

    /// Stored values that need one another.
    struct Chain {
        int last = 0;       ///< blend at the end of the chain that a value belongs to
        int values = 0;     ///< of the chain that ends here
        long floats = 0;    ///< of its values
        long together = 0;  ///< and of the dropped results that they are computed from
        int row = -1;       ///< values that may be dropped in a row, once known
    };

    constexpr void find_chains() {
        for (int b = plan_.blend_count - 1; b >= 0; --b) {
            if (!may_be_dropped(plan_.blends[index(b)])) continue;
            const int last = chains_[index(b)].last = std::max(chains_[index(b)].last, b);
            Chain& chain = chains_[index(last)];
            const long floats = plan_.blends[index(b)].shape.count();
            ++chain.values;
            chain.floats += floats;
            chain.together +=
                floats * (1 + is_dropped(plan_.blends[index(b)].main) + is_dropped(plan_.blends[index(b)].skip));
            for_each_stored_summand(b, [&](int of) { chains_[index(of)].last = last; });
        }
    }

    /// Floats of the results that are written behind a chain, which are gone when it is needed again.
    [[nodiscard]] constexpr long floats_behind(int last) const {
        long floats = 0;
        for (int map = plan_.blends[index(last)].stored + 1; map < plan_.map_count; ++map)
            if (plan_.holder[index(map)] < 0 && !is_dropped(map)) floats += plan_.maps[index(map)].count();
        return floats;
    }

    /// Values of a chain that may be dropped in a row, which are there at the same time on the way back: all that find
    /// room, or about as many as are kept.
    [[nodiscard]] constexpr int longest_row(int last) const {
        const Chain& chain = chains_[index(last)];
        if (chain.floats <= dropped_floats) return 0;
        if (chain.together <= floats_behind(last)) return chain.values;
        int kept = 0;
        while ((kept + 1) * (kept + 2) < chain.values) ++kept;
        return chain.values / (kept + 1);
    }

    constexpr void drop_stored_values() {
        std::array<int, TrainingPlan<nodes>::capacity> row{};  // of dropped values that end in a blend's
        for (int b = 0; b < plan_.blend_count; ++b) {
            const Blend& blend = plan_.blends[index(b)];
            if (!may_be_dropped(blend)) continue;
            int before = 0;
            for_each_stored_summand(b, [&](int of) { before = std::max(before, row[index(of)]); });
            const int last = chains_[index(b)].last;
            if (chains_[index(last)].row < 0) chains_[index(last)].row = longest_row(last);
            const bool drops = before < chains_[index(last)].row;
            plan_.dropped[index(blend.stored)] = drops;
            row[index(b)] = drops ? before + 1 : 0;
        }
    }

    constexpr void drop_results() {
        const long step_multiply_adds = 3 * sum_multiply_adds(graph_);  // forward, to the source and to the weights
        for (int s = 0; s < plan_.forward_count; ++s) {
            const ForwardStep& step = plan_.forward[index(s)];
            if (step.op != Op::conv || plan_.holder[index(step.dst)] >= 0 || step.dst == plan_.output) continue;
            plan_.dropped[index(step.dst)] = plan_.maps[index(step.dst)].count() > dropped_floats &&
                                             is_cheap(step.node, step_multiply_adds) && is_kept(step.blend);
        }
    }

    [[nodiscard]] constexpr bool is_cheap(int conv, long step_multiply_adds) const {
        const long multiply_adds = node_multiply_adds(graph_, conv);
        return multiply_adds <= repeated_multiply_adds * graph_[conv].shape.count() &&
               repeated_share * multiply_adds <= step_multiply_adds;
    }

    /// Whether a blend's value can be had from maps that are kept.
    [[nodiscard]] constexpr bool is_kept(int blend) const {
        const Blend& of = plan_.blends[index(blend)];
        return !may_be_dropped(of) && !is_dropped(of.main) && !is_dropped(of.skip);
    }

    /// What a value is computed from comes first: results by passes of their own, then stored values in one.
    constexpr void compute_again(const BackwardStep& pass) {
        first_needed_ = plan_.blend_count;
        last_needed_ = -1;
        for_each_blend_of(plan_, pass, [&](int blend) {
            need_operands(blend);
            need(plan_.blends[index(blend)].stored);
        });
        for (int b = last_needed_; b >= first_needed_; --b)
            if (needed_[index(b)]) need_operands(b);
        const int first = restored_count_;
        for (int b = first_needed_; b <= last_needed_; ++b)
            if (std::exchange(needed_[index(b)], false)) plan_.restored[index(restored_count_++)] = b;
        if (restored_count_ > first) push({.restores = restored_count_ - first, .first_restored = first});
    }

    constexpr void need_operands(int blend) {
        need(plan_.blends[index(blend)].main);
        need(plan_.blends[index(blend)].skip);
    }

    constexpr void need(int map) {
        if (!is_dropped(map) || plan_.again[index(map)] != map) return;
        const int holder = plan_.holder[index(map)];
        if (holder >= 0 && !is_summand_[index(holder)]) return;
        plan_.maps[index(plan_.map_count)] = plan_.maps[index(map)];
        plan_.again[index(map)] = plan_.map_count++;
        if (holder < 0) return push({.step = writer(map), .repeats = true});
        needed_[index(holder)] = true;
        first_needed_ = std::min(first_needed_, holder);
        last_needed_ = std::max(last_needed_, holder);
    }

    [[nodiscard]] constexpr int writer(int map) const {
        int s = 0;
        while (plan_.forward[index(s)].dst != map) ++s;
        return s;
    }

    const Graph<nodes>& graph_;
    TrainingPlan<nodes> plan_;
    std::array<bool, TrainingPlan<nodes>::capacity> is_summand_{};  ///< of another blend
    std::array<Chain, TrainingPlan<nodes>::capacity> chains_{};     ///< by blend
    std::array<bool, TrainingPlan<nodes>::capacity> needed_{};      ///< blends whose values a pass needs again
    int first_needed_ = 0;
    int last_needed_ = 0;
    int restored_count_ = 0;
};

}  // namespace detail

}  // namespace residua
