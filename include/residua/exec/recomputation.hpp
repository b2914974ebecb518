#pragma once

#include <residua/exec/training_memory.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What the way forward dropped, computed again on the way back.
template <class Net>
struct Recomputation {
    TrainingMemory<Net>& memory;

    /// The result of a step; its statistics are known.
    void repeat(StepNumber s, Slices slices, int slot) {
        const ForwardStep& at = plan.forward[s];
        memory.for_images(s, slices, [&](Images now, Images next) {
            const MapsView<const float> src =
                memory.load(at, blend(at.blend), Memory::backward_load(at), now, next, slot);
            Memory::conv_function(s).forward(
                memory.conv_at(s), src, {memory.maps_view(plan.backward_map[at.dst], now), memory.image_moments(slot)},
                memory.kernel_scratch(s, slot));
        });
    }

    /// Stored values, one image's after another's: what the next is computed from is in the cache.
    void restore(const BackwardStep& pass, Slices slices, int slot) {
        memory.for_images(pass.step, slices, [&](Images now, Images) { restore(pass, now.first, slot); });
    }

  private:
    using Memory = TrainingMemory<Net>;
    static constexpr const auto& plan = training_plan<Net>;

    static const Blend& blend(BlendNumber b) { return plan.backward_blends[b]; }

    void restore(const BackwardStep& pass, int image, int slot) {
        MapView<float> before;  // has the values of the map that was stored before
        MapNumber map_before = MapNumber::none;
        for (int i = 0; i < pass.restores; ++i) {
            const BlendNumber which = plan.restored[pass.first_restored + i];
            const Blend& of = blend(which);
            BlendTask task = memory.blend_task(of, image);
            if (of.main == map_before) task.main = before;
            if (of.skip == map_before) task.skip = before;
            const MapView<float> to{i % 2 == 0 ? memory.source_scratch(slot) : memory.result_scratch(pass.step, slot),
                                    Layout{of.shape}};
            Memory::functions(which).forward_and_store(task, to, memory.map_view(of.stored, image));
            before = to;
            map_before = of.stored;
        }
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
