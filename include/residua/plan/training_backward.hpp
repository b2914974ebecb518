#pragma once

#include <algorithm>
#include <utility>

#include <residua/plan/training_steps.hpp>

namespace residua {

namespace detail {

/// Adds the passes backwards and the places in memory to a plan that has its passes forward.
template <int nodes>
class BackwardOrder {
  public:
    constexpr explicit BackwardOrder(const TrainingPlan<nodes>& forward) : plan_{forward} {
        first_pull_.fill(-1);
        next_pull_.fill(-1);
    }

    constexpr TrainingPlan<nodes> run() {
        order_backward();
        place();
        return plan_;
    }

  private:
    static constexpr std::size_t capacity = TrainingPlan<nodes>::capacity;
    static constexpr int never = 1 << 30;

    static constexpr std::size_t index(int i) { return static_cast<std::size_t>(i); }

    /// The blend whose stored value a summand reads, or -1.
    [[nodiscard]] constexpr int parent(Summand summand) const {
        const int map = summand.map(plan_.blends[index(summand.blend)]);
        return map >= 0 && plan_.holder[index(map)] != summand.blend ? plan_.holder[index(map)] : -1;
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

    /// Maps written on the way forward lie side by side, each until the way back has passed it: those behind the last
    /// that is still needed leave their place to gradients, which come and go.
    constexpr void place() {
        long end = 0;
        for (int m = 1; m < plan_.map_count; ++m) {
            const long floats = Layout{plan_.maps[index(m)]}.count();
            plan_.map_buffers[index(m)] = {.floats = floats, .offset = end};
            end += floats;
        }
        for (int b = 0; b < plan_.blend_count; ++b)
            plan_.gradient_buffers[index(b)] = {.floats = Layout{plan_.blends[index(b)].shape}.count(), .first = -1};
        for (int t = 0; t < plan_.backward_count; ++t) {
            const BackwardStep& pass = plan_.backward[index(t)];
            touch(pass.blend, t);
            for (const Summand pulled : pass.pulls) touch(pulled.blend, t);
            if (pass.step < 0) continue;
            const ForwardStep& step = plan_.forward[index(pass.step)];
            touch(plan_.reader[index(step.dst)], t);
            touch_maps(step.blend, t);
        }
        place_gradients(end);
    }

    constexpr void place_gradients(long end_of_maps) {
        FirstFit<64> placement;
        long end = end_of_maps;
        int last_map = plan_.map_count - 1;
        for (int t = 0; t < plan_.backward_count; ++t) {
            for (; last_map > 0 && plan_.map_buffers[index(last_map)].last < t; --last_map)
                end = plan_.map_buffers[index(last_map)].offset;
            const int b = plan_.backward[index(t)].blend;
            if (b < 0 || plan_.gradient_buffers[index(b)].first != t) continue;
            placement.place(plan_.gradient_buffers[index(b)], end);
        }
        plan_.arena_floats = std::max(end_of_maps, placement.peak());
    }

    /// A pass needs a blend's gradient and the maps it is of.
    constexpr void touch(int blend, int time) {
        if (blend < 0) return;
        Buffer& buffer = plan_.gradient_buffers[index(blend)];
        if (buffer.first < 0) buffer.first = time;
        buffer.last = time;
        touch_maps(blend, time);
    }

    constexpr void touch_maps(int blend, int time) {
        const Blend& of = plan_.blends[index(blend)];
        for (const int map : {of.main, of.skip, of.stored})
            if (map >= 0) plan_.map_buffers[index(map)].last = time;
    }

    TrainingPlan<nodes> plan_;
    std::array<int, capacity>
        first_pull_{};  ///< list of the summands that read a blend's stored value: 2 * blend + skip
    std::array<int, 2 * capacity> next_pull_{};  ///< -1 ends it
};

}  // namespace detail

}  // namespace residua
