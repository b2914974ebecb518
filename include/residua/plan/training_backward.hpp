#pragma once

#include <utility>

#include <residua/plan/training_steps.hpp>

namespace residua {

namespace detail {

/// Adds the passes backwards to a plan that has its passes forward.
template <int nodes>
class BackwardOrder {
  public:
    constexpr explicit BackwardOrder(const TrainingPlan<nodes>& forward) : plan_{forward} {
        first_pull_.fill(-1);
        next_pull_.fill(-1);
    }

    constexpr TrainingPlan<nodes> run() {
        order_backward();
        plan_.backward_blends = plan_.blends;
        return plan_;
    }

  private:
    static constexpr std::size_t capacity = TrainingPlan<nodes>::capacity;
    static constexpr int never = 1 << 30;

    static constexpr std::size_t index(int i) { return static_cast<std::size_t>(i); }

    /// The blend whose stored value a summand reads, or -1.
    [[nodiscard]] constexpr int parent(Summand summand) const {
        return stored_blend(plan_, summand.map(plan_.blends[index(summand.blend)]), summand.blend);
    }

    /// A blend's gradient is complete once its first reader in forward order has been gone through backwards.
    constexpr void order_backward() {
        std::array<int, capacity> first_step{};
        std::array<int, capacity> complete{};
        std::array<bool, capacity> partial{};
        first_step.fill(never);
        complete.fill(never);
        for (int s = plan_.forward_count - 1; s >= 0; --s) {
            const ForwardStep& step = plan_.forward[index(s)];
            if (step.dst >= 0) first_step[index(step.blend)] = s;
        }
        const int behind = plan_.forward_count;  // where the caller is, who reads an output that a blend is
        const int output = plan_.holder[index(plan_.output)];
        if (output >= 0) complete[index(output)] = behind;
        for (int b = plan_.blend_count - 1; b >= 0; --b) {
            if (first_step[index(b)] < complete[index(b)]) complete[index(b)] = first_step[index(b)];
            for (const Summand summand : {Summand{b, false}, Summand{b, true}}) {
                const int above = parent(summand);
                if (above < 0) continue;
                if (complete[index(b)] < complete[index(above)]) complete[index(above)] = complete[index(b)];
                next_pull_[index(2 * b + summand.skip)] =
                    std::exchange(first_pull_[index(above)], 2 * b + summand.skip);
            }
        }
        std::array<int, capacity> standalone{};  // per step: blends that are completed behind it, as a list
        std::array<int, capacity> next{};
        for (int b = 0; b < plan_.blend_count; ++b) {
            if (complete[index(b)] == never || complete[index(b)] == first_step[index(b)]) continue;
            next[index(b)] = standalone[index(complete[index(b)])];
            standalone[index(complete[index(b)])] = b + 1;
        }
        for (int s = behind; s >= 0; --s) {
            const ForwardStep& step = plan_.forward[index(s)];
            if (s < behind && step.dst >= 0) {
                const bool finishes = complete[index(step.blend)] == s;
                push_backward(s, step.blend, partial, finishes);
            }
            for (int b = standalone[index(s)]; b > 0; b = next[index(b - 1)]) push_backward(-1, b - 1, partial, true);
        }
    }

    constexpr void push_backward(int step, int blend, std::array<bool, capacity>& partial, bool finishes) {
        const Blend& target = plan_.blends[index(blend)];
        if (target.plain() && target.main == 0) {
            if (step >= 0) push({.step = step});
            return;
        }
        BackwardStep pass{.step = step,
                          .blend = blend,
                          .accumulates = partial[index(blend)],
                          .finishes = finishes,
                          .output = target.stored == plan_.output};
        if (finishes) {
            std::size_t pulls = 0;
            for (int pull = first_pull_[index(blend)]; pull >= 0; pull = next_pull_[index(pull)]) {
                if (pulls == pass.pulls.size()) {
                    push({.blend = blend, .accumulates = partial[index(blend)], .pulls = pass.pulls});
                    pass.accumulates = partial[index(blend)] = true;
                    pass.pulls = {};
                    pulls = 0;
                }
                pass.pulls[pulls++] = {pull / 2, pull % 2 != 0};
            }
        }
        push(pass);
        partial[index(blend)] = true;
    }

    constexpr void push(const BackwardStep& pass) { plan_.backward[index(plan_.backward_count++)] = pass; }

    TrainingPlan<nodes> plan_;
    std::array<int, capacity>
        first_pull_{};  ///< list of the summands that read a blend's stored value: 2 * blend + skip
    std::array<int, 2 * capacity> next_pull_{};  ///< -1 ends it
};

}  // namespace detail

}  // namespace residua
