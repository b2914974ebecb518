#pragma once

#include <residua/exec/training_memory.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The way forward: a phase that packs the first step's weights, then two a step: the slices of the batch, and the
/// statistics over all while other threads pack the next step's weights.
template <class Net>
struct TrainingForward {
    TrainingMemory<Net>& memory;

    static constexpr int phases = 1 + 2 * training_plan<Net>.forward_count;

    /// Chunks of a phase.
    [[nodiscard]] int chunks(int phase) const {
        if (is_between(phase)) return 1 + memory.pack_parts(next(phase));
        return memory.slice_chunks(StepNumber{phase / 2});
    }

    /// One chunk, with all values of the network's Weights, whose running statistics it moves.
    void run(float* weights, int phase, int chunk, int slot) {
        const StepNumber s{phase / 2};
        if (!is_between(phase))
            run_slices(s, memory.slices_of(s, place_of(s), chunk), slot);
        else if (chunk > 0)
            pack(weights, next(phase), chunk - 1);
        else if (phase > 0)
            finish_statistics(weights, step(s - 1));
    }

  private:
    using Memory = TrainingMemory<Net>;
    using Sizes = TrainingSizes<Net>;
    static constexpr const auto& plan = training_plan<Net>;
    static constexpr const auto& graph = graph_of<Net>;

    static const ForwardStep& step(StepNumber s) { return plan.forward[s]; }
    static const Blend& blend(BlendNumber b) { return plan.blends[b]; }

    static bool is_between(int phase) { return phase % 2 == 0; }
    /// The step behind a phase between steps, or none.
    static StepNumber next(int phase) {
        return phase / 2 < plan.forward_count ? StepNumber{phase / 2} : StepNumber::none;
    }

    void pack(const float* weights, StepNumber s, int part) const {
        const Offsets& at = offsets_of<Net>[step(s).node];
        const float* bias = at.bias < 0 ? nullptr : weights + at.bias;
        if (has_products(step(s).op))
            memory.conv_at(s).pack_forward(weights + at.weight, bias, part);
        else
            memory.pack_pass_forward(s, weights + at.weight, bias);
    }

    static bool has_statistics(MapNumber map) { return detail::has_statistics(plan, map); }
    static MapNumber stored_by(const ForwardStep& step) {
        return step.load == Load::compute_and_store ? blend(step.blend).stored : MapNumber::none;
    }

    void run_slices(StepNumber s, Slices slices, int slot) {
        const ForwardStep& at = step(s);
        memory.for_images(s, slices, [&](Images now, Images next) {
            const MapsView<const float> src = memory.load(at, blend(at.blend), at.load, now, next, slot);
            if (at.dst != MapNumber::none) operate(s, src, memory.maps_view(at.dst, now), slot);
            for (int i = 0; i < now.count; ++i) {
                const int image = now.first + i;
                const ImageMoments moments = memory.image_moments(slot).at(i);
                if (at.dst != MapNumber::none && at.completes)
                    take(at.dst, image, 0, memory.map_view(at.dst, image), moments, has_moments(s));
                if (stored_by(at) != MapNumber::none) take(stored_by(at), image, 1, src.at(i), moments, false);
            }
        });
    }

    /// Whether a step sums up what statistics need while it writes its map.
    static bool has_moments(StepNumber s) {
        if (has_products(step(s).op)) return training_convs<Net>.value_of(s).moments;
        return is_weighted_pass(step(s).op) && training_passes<Net>.value_of(s).moments;
    }

    /// What else is to be done with a map, the `which`th of a step, that has just been written; `values` are those of
    /// it.
    void take(MapNumber map, int image, int which, const MapView<const float>& values, const ImageMoments& moments,
              bool known) {
        if (map == plan.output) store_planar(values, memory.output(image));
        if (!has_statistics(map)) return;
        if (!known) map_moments(values, moments);
        const Layout& layout = values.layout;
        const int slice = memory.slice_of(image);
        add_moments(moments, 1.0 * layout.shape.h * layout.shape.w, layout.blocks() * channel_block,
                    image == memory.first_image(slice), memory.slice_sums(slice, which));
    }

    void operate(StepNumber s, const MapsView<const float>& src, const MapsView<float>& dst, int slot) const {
        if (step(s).piece >= 0)
            copy_channels(src.first, 0, dst.first, first_channel(graph, step(s).node, step(s).piece),
                          src.first.layout.shape.c, 0, dst.first.layout.shape.h);
        else if (has_products(step(s).op))
            Memory::conv_function(s).forward(memory.conv_at(s), src, {dst, memory.image_moments(slot)},
                                             memory.kernel_scratch(s, slot));
        else
            Memory::pass_function(s).forward(memory.pass_call(s, slot), src.first, dst.first);
    }

    void finish_statistics(float* weights, const ForwardStep& at) const {
        if (at.completes && has_statistics(at.dst)) finish_map(weights, at.dst, 0);
        if (has_statistics(stored_by(at))) finish_map(weights, stored_by(at), 1);
    }

    void finish_map(float* weights, MapNumber map, int which) const {
        const Chw shape = plan.maps[map];
        for (int c = 0; c < shape.c; ++c) {
            Moments moments;
            for (int slice = 0; slice < Sizes::slices; ++slice) {
                const double values =
                    1.0 * (memory.first_image(slice + 1) - memory.first_image(slice)) * shape.h * shape.w;
                if (values == 0.0) continue;
                const MomentSums sums = memory.slice_sums(slice, which);
                moments.merge(values, sums.pivot[c] + sums.sum[c] / values,
                              sums.squares[c] - sums.sum[c] * sums.sum[c] / values);
            }
            for_each_bn_of(plan, map, [&](NodeNumber bn, int first) {
                const Offsets& at = offsets_of<Net>[bn];
                const int channel = first + c;
                float* values = weights + channel;
                set_statistics(moments, channel,
                               {values[at.weight], values[at.bias], values + at.running_mean, values + at.running_var},
                               memory.bn_arrays(bn));
            });
        }
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
