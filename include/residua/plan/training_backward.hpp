#pragma once

#include <algorithm>
#include <utility>

#include <residua/plan/training_steps.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Adds the passes backwards to a plan that has its passes forward.
template <int nodes>
class BackwardOrder {
  public:
    constexpr explicit BackwardOrder(const ForwardPlan<nodes>& forward) : plan_{forward} {
        first_pull_.fill(-1);
        next_pull_.fill(-1);
    }

    constexpr BackwardPlan<nodes> run() {
        order_backward();
        return plan_;
    }

  private:
    static constexpr StepNumber never{1 << 30};

    /// The blend whose stored value a summand reads, or none.
    [[nodiscard]] constexpr BlendNumber parent(Summand summand) const {
        return stored_blend(plan_, summand.map(plan_.blends[summand.blend]), summand.blend);
    }

    /// The blend of the map that a blend's stored value lies in, or none.
    [[nodiscard]] constexpr BlendNumber holder_outside(BlendNumber blend) const {
        const MapNumber stored = plan_.blends[blend].stored;
        if (stored == MapNumber::none || plan_.holder[stored] != blend) return BlendNumber::none;
        if (plan_.inside[stored].map == MapNumber::none) return BlendNumber::none;
        return plan_.holder[plan_.inside[stored].map];
    }

    /// A blend's gradient is complete once its first reader in forward order has been gone through backwards.
    constexpr void order_backward() {
        ByBlend<StepNumber, nodes> first_step{};
        ByBlend<StepNumber, nodes> complete{};
        ByBlend<bool, nodes> partial{};
        first_step.fill(never);
        complete.fill(never);
        for (StepNumber s = StepNumber{plan_.forward_count} - 1; s != StepNumber::none; --s) {
            const ForwardStep& step = plan_.forward[s];
            if (step.dst != MapNumber::none) first_step[step.blend] = s;
        }
        for (MapNumber map{}; map < MapNumber{plan_.map_count}; ++map)
            if (plan_.inside[map].map != MapNumber::none) partial[plan_.holder[map]] = true;  // of the outer gradient
        // Where the caller is, who reads an output that a blend is.
        const StepNumber behind{plan_.forward_count};
        const BlendNumber output = plan_.holder[plan_.output];
        if (output != BlendNumber::none) complete[output] = behind;
        for (BlendNumber b = BlendNumber{plan_.blend_count} - 1; b != BlendNumber::none; --b) {
            if (first_step[b] < complete[b]) complete[b] = first_step[b];
            if (const BlendNumber outer = holder_outside(b); outer != BlendNumber::none)
                complete[b] = std::min(complete[b], complete[outer]);
            for (const Summand summand : {Summand{b, false}, Summand{b, true}}) {
                const BlendNumber above = parent(summand);
                if (above == BlendNumber::none) continue;
                if (complete[b] < complete[above]) complete[above] = complete[b];
                const int pull = 2 * place_of(b) + summand.skip;
                next_pull_[pull] = std::exchange(first_pull_[above], pull);
            }
        }
        ByStep<BlendNumber, nodes> standalone{};  // blends that are completed behind a step, as a list
        ByBlend<BlendNumber, nodes> next{};
        standalone.fill(BlendNumber::none);
        for (BlendNumber b{}; b < BlendNumber{plan_.blend_count}; ++b) {
            if (complete[b] == never || complete[b] == first_step[b]) continue;
            next[b] = std::exchange(standalone[complete[b]], b);
        }
        for (StepNumber s = behind; s != StepNumber::none; --s) {
            const ForwardStep& step = plan_.forward[s];
            if (s < behind && step.dst != MapNumber::none) {
                const bool finishes = complete[step.blend] == s;
                push_backward(s, step.blend, partial, finishes);
            }
            for (BlendNumber b = standalone[s]; b != BlendNumber::none; b = next[b])
                push_backward(StepNumber::none, b, partial, true);
        }
    }

    constexpr void push_backward(StepNumber step, BlendNumber blend, ByBlend<bool, nodes>& partial, bool finishes) {
        const Blend& target = plan_.blends[blend];
        const bool wanted = target.differentiated >= 0;
        if (!wanted && target.plain() && target.main == plan_.input) {
            if (step != StepNumber::none) push({.step = step});
            return;
        }
        // Nothing is left to do where the gradient is a part of another one and nobody adds to it.
        const bool is_part = target.plain() && holder_outside(blend) != BlendNumber::none && first_pull_[blend] < 0;
        if (!wanted && step == StepNumber::none && is_part) return;
        BackwardStep pass{.step = step,
                          .blend = blend,
                          .accumulates = partial[blend],
                          .finishes = finishes,
                          .output = target.stored == plan_.output};
        if (finishes) {
            int pulls = 0;
            for (int pull = first_pull_[blend]; pull >= 0; pull = next_pull_[pull]) {
                if (pulls == pass.pulls.size()) {
                    push({.blend = blend, .accumulates = partial[blend], .pulls = pass.pulls});
                    pass.accumulates = partial[blend] = true;
                    pass.pulls = {};
                    pulls = 0;
                }
                pass.pulls[pulls++] = {BlendNumber{pull / 2}, pull % 2 != 0};
            }
        }
        push(pass);
        partial[blend] = true;
    }

    constexpr void push(const BackwardStep& pass) { plan_.backward[PassNumber{plan_.backward_count++}] = pass; }

    BackwardPlan<nodes> plan_;
    ByBlend<int, nodes> first_pull_{};  ///< list of the summands that read a blend's stored value: 2 * blend + skip
    Entries<int, 2 * (nodes + 1)> next_pull_{};  ///< -1 ends it
};

}  // namespace residua::detail::inline RESIDUA_ISA
