#pragma once

#include <algorithm>
#include <utility>

#include <residua/plan/training_steps.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Adds the sizes and lifetimes of maps and gradients to a plan that has all its passes. Time is the number of the pass
/// backwards; the passes forward come before, at negative times.
template <int nodes>
class TrainingLifetimes {
  public:
    constexpr explicit TrainingLifetimes(const RestoringPlan<nodes>& plan) : plan_{plan} {}

    constexpr LifetimesPlan<nodes> run() {
        for (MapNumber m{}; m < MapNumber{plan_.map_count}; ++m)
            if (m != plan_.input) buffer(m).floats = Layout{plan_.maps[m]}.count();
        for (BlendNumber b{}; b < BlendNumber{plan_.blend_count}; ++b)
            gradient(b) = {.floats = Layout{plan_.blends[b].shape}.count(), .first = -1};
        for (StepNumber s{}; s < StepNumber{plan_.forward_count}; ++s)
            forward(plan_.forward[s], place_of(s) - plan_.forward_count);
        for (PassNumber t{}; t < PassNumber{plan_.backward_count}; ++t) backward(plan_.backward[t], place_of(t));
        for (MapNumber m{}; m < MapNumber{plan_.map_count}; ++m)
            if (plan_.inside[m].map != MapNumber::none) join_outermost(m);
        return plan_;
    }

  private:
    constexpr Buffer& buffer(MapNumber map) { return plan_.map_buffers[map]; }
    constexpr Buffer& gradient(BlendNumber blend) { return plan_.gradient_buffers[blend]; }

    /// The outermost map and its gradient are there as long as what lies inside.
    constexpr void join_outermost(MapNumber map) {
        const MapNumber outer = outermost(plan_.inside, map).map;
        buffer(outer).first = std::min(buffer(outer).first, buffer(map).first);
        buffer(outer).last = std::max(buffer(outer).last, buffer(map).last);
        Buffer& whole = gradient(plan_.holder[outer]);
        whole.last = std::max(whole.last, gradient(plan_.holder[map]).last);
    }

    constexpr void forward(const ForwardStep& step, int time) {
        const Blend& blend = plan_.blends[step.blend];
        if (step.load == Load::stored) {
            read(blend.stored, time);
        } else {
            read(blend.main, time);
            read(blend.skip, time);
        }
        if (step.load == Load::compute_and_store) write(blend.stored, time);
        if (step.dst != MapNumber::none) write(step.dst, time);
    }

    constexpr void backward(const BackwardStep& pass, int time) {
        if (pass.repeats) return repeat(plan_.forward[pass.step], time);
        if (pass.restores > 0) return restore(pass, time);
        for_each_blend_of(plan_, pass, [&](BlendNumber blend) { read_maps(plan_.backward_blends[blend], time); });
        touch_gradient(pass.blend, time);
        for (const Summand pulled : pass.pulls) touch_gradient(pulled.blend, time);
        if (pass.step != StepNumber::none) touch_gradient(plan_.reader[plan_.forward[pass.step].dst], time);
    }

    constexpr void repeat(const ForwardStep& step, int time) {
        write(plan_.backward_map[step.dst], time);
        read_maps(plan_.backward_blends[step.blend], time);
    }

    constexpr void restore(const BackwardStep& pass, int time) {
        for (int i = 0; i < pass.restores; ++i) {
            const Blend& blend = plan_.backward_blends[plan_.restored[pass.first_restored + i]];
            write(blend.stored, time);
            read(blend.main, time);
            read(blend.skip, time);
        }
    }

    constexpr void write(MapNumber map, int time) {
        if (!std::exchange(written_[map], true)) buffer(map).first = time;
        buffer(map).last = time;
    }
    constexpr void read(MapNumber map, int time) {
        if (map != MapNumber::none && map != plan_.input) buffer(map).last = time;
    }
    constexpr void read_maps(const Blend& blend, int time) {
        read(blend.main, time);
        read(blend.skip, time);
        read(blend.stored, time);
    }

    constexpr void touch_gradient(BlendNumber blend, int time) {
        if (blend == BlendNumber::none) return;
        if (gradient(blend).first < 0) gradient(blend).first = time;
        gradient(blend).last = time;
    }

    LifetimesPlan<nodes> plan_;
    ByMap<bool, nodes> written_{};
};

}  // namespace residua::detail::inline RESIDUA_ISA
