#pragma once

#include <algorithm>

#include <residua/plan/costs.hpp>
#include <residua/plan/training_steps.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Above so many floats of an image, maps are dropped once the way forward is through with them: stored sums, if those
/// that need one another have as many together, as the sums of a stage do, and results of cheap convolutions.
inline constexpr long dropped_floats = 64 * 1024;

/// Sums in a row without one that is kept: as many exist at a time, and compilers limit the work of placing them.
inline constexpr int most_in_a_row = 20;

/// A convolution is cheap if it has no more multiply-adds than this for each float of its result, and no more than one
/// in so many of a step's.
inline constexpr long repeated_multiply_adds = 160;
inline constexpr long repeated_share = 50;

/// Chooses the maps to drop in a plan that has its passes.
template <int nodes>
class DroppedMaps {
  public:
    constexpr DroppedMaps(const GraphView& graph, const BackwardPlan<nodes>& plan) : graph_{graph}, plan_{plan} {}

    constexpr DroppingPlan<nodes> run() {
        drop_results();
        find_chains();
        drop_stored_values();
        return plan_;
    }

  private:
    [[nodiscard]] constexpr bool is_dropped(MapNumber map) const {
        return map != MapNumber::none && plan_.dropped[map];
    }

    [[nodiscard]] constexpr bool may_be_dropped(const Blend& blend) const {
        return blend.stored != MapNumber::none && !blend.plain() && blend.stored != plan_.output &&
               plan_.inside[blend.stored].map == MapNumber::none;
    }

    /// Stored values that need one another.
    struct Chain {
        BlendNumber last{};  ///< at the end of the chain that a value belongs to
        int values = 0;      ///< of the chain that ends here
        long floats = 0;     ///< of its values
        long together = 0;   ///< and of the dropped results that they are computed from
        int row = -1;        ///< values that may be dropped in a row, once known
    };

    constexpr void find_chains() {
        for (BlendNumber b = BlendNumber{plan_.blend_count} - 1; b != BlendNumber::none; --b) {
            if (!may_be_dropped(plan_.blends[b])) continue;
            const BlendNumber last = chains_[b].last = std::max(chains_[b].last, b);
            Chain& chain = chains_[last];
            const long floats = plan_.blends[b].shape.count();
            ++chain.values;
            chain.floats += floats;
            chain.together += floats * (1 + is_dropped(plan_.blends[b].main) + is_dropped(plan_.blends[b].skip));
            for_each_stored_summand(plan_, b, [&](BlendNumber of) { chains_[of].last = last; });
        }
    }

    /// Floats of the results that are written behind a chain, which are gone when it is needed again.
    [[nodiscard]] constexpr long floats_behind(BlendNumber last) const {
        long floats = 0;
        for (MapNumber map = plan_.blends[last].stored + 1; map < MapNumber{plan_.map_count}; ++map)
            if (plan_.holder[map] == BlendNumber::none && !is_dropped(map)) floats += plan_.maps[map].count();
        return floats;
    }

    /// Values of a chain that may be dropped in a row, which are there at the same time on the way back: all that find
    /// room, or about as many as are kept.
    [[nodiscard]] constexpr int longest_row(BlendNumber last) const {
        const Chain& chain = chains_[last];
        if (chain.floats <= dropped_floats) return 0;
        if (chain.together <= floats_behind(last)) return std::min(chain.values, most_in_a_row);
        int kept = 0;
        while ((kept + 1) * (kept + 2) < chain.values) ++kept;
        return std::min(chain.values / (kept + 1), most_in_a_row);
    }

    constexpr void drop_stored_values() {
        ByBlend<int, nodes> row{};  // of dropped values that end in a blend's
        for (BlendNumber b{}; b < BlendNumber{plan_.blend_count}; ++b) {
            const Blend& blend = plan_.blends[b];
            if (!may_be_dropped(blend)) continue;
            int before = 0;
            for_each_stored_summand(plan_, b, [&](BlendNumber of) { before = std::max(before, row[of]); });
            const BlendNumber last = chains_[b].last;
            if (chains_[last].row < 0) chains_[last].row = longest_row(last);
            const bool drops = before < chains_[last].row;
            plan_.dropped[blend.stored] = drops;
            row[b] = drops ? before + 1 : 0;
        }
    }

    constexpr void drop_results() {
        const long step_multiply_adds = 3 * sum_multiply_adds(graph_);  // forward, to the source and to the weights
        for (StepNumber s{}; s < StepNumber{plan_.forward_count}; ++s) {
            const ForwardStep& step = plan_.forward[s];
            if (!has_products(step.op) || plan_.holder[step.dst] != BlendNumber::none || step.dst == plan_.output)
                continue;
            plan_.dropped[step.dst] = plan_.maps[step.dst].count() > dropped_floats &&
                                      is_cheap(step.node, step_multiply_adds) && is_kept(step.blend);
        }
    }

    [[nodiscard]] constexpr bool is_cheap(NodeNumber conv, long step_multiply_adds) const {
        const long multiply_adds = node_multiply_adds(graph_, conv);
        return multiply_adds <= repeated_multiply_adds * graph_[conv].shape.count() &&
               repeated_share * multiply_adds <= step_multiply_adds;
    }

    /// Whether a blend's value can be had from maps that are kept.
    [[nodiscard]] constexpr bool is_kept(BlendNumber blend) const {
        const Blend& of = plan_.blends[blend];
        return !may_be_dropped(of) && !is_dropped(of.main) && !is_dropped(of.skip);
    }

    GraphView graph_;
    DroppingPlan<nodes> plan_;
    ByBlend<Chain, nodes> chains_{};
};

}  // namespace residua::detail::inline RESIDUA_ISA
