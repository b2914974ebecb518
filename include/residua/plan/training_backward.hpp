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
    static constexpr int capacity = ForwardPlan<nodes>::capacity;
    static constexpr int never = 1 << 30;

    /// The blend whose stored value a summand reads, or -1.
    [[nodiscard]] constexpr int parent(Summand summand) const {
        return stored_blend(plan_, summand.map(plan_.blends[summand.blend]), summand.blend);
    }

    /// The blend of the map that a blend's stored value lies in, or -1.
    [[nodiscard]] constexpr int holder_outside(int blend) const {
        const int stored = plan_.blends[blend].stored;
        if (stored < 0 || plan_.holder[stored] != blend || plan_.inside[stored].map < 0) return -1;
        return plan_.holder[plan_.inside[stored].map];
    }

    /// A blend's gradient is complete once its first reader in forward order has been gone through backwards.
    constexpr void order_backward() {
        Entries<int, capacity> first_step{};
        Entries<int, capacity> complete{};
        Entries<bool, capacity> partial{};
        first_step.fill(never);
        complete.fill(never);
        for (int s = plan_.forward_count - 1; s >= 0; --s) {
            const ForwardStep& step = plan_.forward[s];
            if (step.dst >= 0) first_step[step.blend] = s;
        }
        for (int map = 0; map < plan_.map_count; ++map)
            if (plan_.inside[map].map >= 0) partial[plan_.holder[map]] = true;  // a part of that one's gradient
        const int behind = plan_.forward_count;  // where the caller is, who reads an output that a blend is
        const int output = plan_.holder[plan_.output];
        if (output >= 0) complete[output] = behind;
        for (int b = plan_.blend_count - 1; b >= 0; --b) {
            if (first_step[b] < complete[b]) complete[b] = first_step[b];
            if (const int outer = holder_outside(b); outer >= 0) complete[b] = std::min(complete[b], complete[outer]);
            for (const Summand summand : {Summand{b, false}, Summand{b, true}}) {
                const int above = parent(summand);
                if (above < 0) continue;
                if (complete[b] < complete[above]) complete[above] = complete[b];
                next_pull_[2 * b + summand.skip] = std::exchange(first_pull_[above], 2 * b + summand.skip);
            }
        }
        Entries<int, capacity> standalone{};  // per step: blends that are completed behind it, as a list
        Entries<int, capacity> next{};
        for (int b = 0; b < plan_.blend_count; ++b) {
            if (complete[b] == never || complete[b] == first_step[b]) continue;
            next[b] = standalone[complete[b]];
            standalone[complete[b]] = b + 1;
        }
        for (int s = behind; s >= 0; --s) {
            const ForwardStep& step = plan_.forward[s];
            if (s < behind && step.dst >= 0) {
                const bool finishes = complete[step.blend] == s;
                push_backward(s, step.blend, partial, finishes);
            }
            for (int b = standalone[s]; b > 0; b = next[b - 1]) push_backward(-1, b - 1, partial, true);
        }
    }

    constexpr void push_backward(int step, int blend, Entries<bool, capacity>& partial, bool finishes) {
        const Blend& target = plan_.blends[blend];
        if (target.plain() && target.main == plan_.input) {
            if (step >= 0) push({.step = step});
            return;
        }
        // Nothing is left to do where the gradient is a part of another one and nobody adds to it.
        if (step < 0 && target.plain() && holder_outside(blend) >= 0 && first_pull_[blend] < 0) return;
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
                pass.pulls[pulls++] = {pull / 2, pull % 2 != 0};
            }
        }
        push(pass);
        partial[blend] = true;
    }

    constexpr void push(const BackwardStep& pass) { plan_.backward[plan_.backward_count++] = pass; }

    BackwardPlan<nodes> plan_;
    Entries<int, capacity> first_pull_{};  ///< list of the summands that read a blend's stored value: 2 * blend + skip
    Entries<int, 2 * capacity> next_pull_{};  ///< -1 ends it
};

}  // namespace residua::detail::inline RESIDUA_ISA
