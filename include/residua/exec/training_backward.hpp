#pragma once

#include <residua/exec/recomputation.hpp>
#include <residua/exec/training_memory.hpp>
#include <residua/kernel/simd/bias.hpp>
#include <residua/kernel/simd/bn.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The way back: a phase that packs the first pass's weights, then two a pass: the slices of the batch, then the sums
/// over slices, the gradients of large weights, which are sums over the batch, and the packing of the next pass's
/// weights.
template <class Net>
struct TrainingBackward {
    TrainingMemory<Net>& memory;
    const float* weights;  ///< those of the way forward

    static constexpr int phases = 1 + 2 * training_plan<Net>.backward_count;

    /// Chunks of a phase.
    [[nodiscard]] int chunks(int phase) const {
        if (is_between(phase)) return 1 + gradient_chunks(phase) + memory.pack_parts(step_behind(phase));
        return memory.slice_chunks(pass_of(phase).step);
    }

    /// Those of a phase between passes, behind its first, that form gradients of weights.
    [[nodiscard]] int gradient_chunks(int phase) const {
        if (!is_between(phase) || phase == 0 || pass_before(phase).repeats) return 0;
        const StepNumber s = pass_before(phase).step;
        if (s == StepNumber::none || !Memory::has_weights(s)) return 0;
        return has_products(step(s).op) ? memory.conv_at(s).gradient_chunks() : 1;
    }

    void run(int phase, int chunk, int slot) {
        const int gradients = gradient_chunks(phase);
        if (!is_between(phase))
            run_slices(PassNumber{phase / 2},
                       memory.slices_of(pass_of(phase).step, phase / 2 + plan.forward_count, chunk), slot);
        else if (chunk > gradients)
            pack(pass_of(phase), chunk - gradients - 1);
        else if (chunk > 0)
            weight_gradient(pass_before(phase).step, chunk - 1, slot);
        else if (phase > 0)
            finish_gradients(pass_before(phase));
    }

  private:
    using Memory = TrainingMemory<Net>;
    using Sizes = TrainingSizes<Net>;
    static constexpr const auto& plan = training_plan<Net>;
    static constexpr const auto& graph = graph_of<Net>;

    static const ForwardStep& step(StepNumber s) { return plan.forward[s]; }
    static const Blend& blend(BlendNumber b) { return plan.backward_blends[b]; }

    static bool is_between(int phase) { return phase % 2 == 0; }
    static const BackwardStep& pass_of(int phase) { return plan.backward[PassNumber{phase / 2}]; }
    static const BackwardStep& pass_before(int phase) { return plan.backward[PassNumber{phase / 2 - 1}]; }
    /// The step of the pass behind a phase between passes, or none.
    static StepNumber step_behind(int phase) {
        return phase / 2 < plan.backward_count ? pass_of(phase).step : StepNumber::none;
    }

    void pack(const BackwardStep& pass, int part) const {
        const Offsets& at = offsets_of<Net>[step(pass.step).node];
        if (!has_products(step(pass.step).op)) return memory.pack_pass_backward(pass.step, weights + at.weight);
        const BoundConv& conv = memory.conv_at(pass.step);
        if (pass.repeats)
            conv.pack_forward(weights + at.weight, at.bias < 0 ? nullptr : weights + at.bias, part);
        else
            conv.pack_backward(weights + at.weight, part);
    }

    void run_slices(PassNumber number, Slices slices, int slot) {
        const BackwardStep& pass = plan.backward[number];
        if (pass.repeats) return Recomputation<Net>{memory}.repeat(pass.step, slices, slot);
        if (pass.restores > 0) return Recomputation<Net>{memory}.restore(pass, slices, slot);
        for (int slice = slices.first; slice < slices.last; ++slice) start_slice_gradient(pass.step, slice);
        memory.for_images(pass.step, slices, [&](Images now, Images next) {
            const GradientTarget target = target_of(number, now, slot);
            if (pass.step != StepNumber::none) backward_step(number, now, next, slot, target);
            for (int i = 0; pass.blend != BlendNumber::none && i < now.count; ++i) {
                if (is_fused(number))
                    add_sums(blend(pass.blend), now.first + i, target.sums.at(i));
                else
                    collect(pass, now.first + i, slot, target.maps.at(i));
            }
        });
    }

    /// What a convolution's pass will read for some images: the gradient of its result, and its source.
    void look_ahead(const BackwardStep& pass, Images images, int slot) {
        Ahead& ahead = memory.ahead(slot);
        ahead.clear();
        if (images.count == 0) return;
        const ForwardStep& at = step(pass.step);
        if (at.dst != plan.output) {
            look_ahead_at_gradient(plan.reader[at.dst], images, ahead);
            memory.look_ahead(Blend{.main = plan.backward_map[at.dst]}, Load::compute, images, ahead);
        }
        memory.look_ahead(blend(at.blend), Memory::backward_load(at), images, ahead);
    }

    /// What it will read at its end, for the images it is at: a cache does not keep that from one image to the next.
    void look_ahead_at_end(const BackwardStep& pass, Images images, int slot) {
        Ahead& ahead = memory.ahead(slot);
        ahead.clear();
        const Blend& source = blend(pass.blend);
        if (Memory::backward_load(step(pass.step)) == Load::stored)
            memory.look_ahead(source, Load::compute, images, ahead);
        if (pass.accumulates) look_ahead_at_gradient(pass.blend, images, ahead);
        for (const Summand& pulled : pass.pulls)
            if (pulled.blend != BlendNumber::none) look_ahead_at_gradient(pulled.blend, images, ahead);
    }

    void look_ahead_at_gradient(BlendNumber of, Images images, Ahead& ahead) const {
        Memory::look_ahead(memory.gradients_view(of, images), ahead);
    }

    /// Whether a pass finishes its blend's gradient in its convolution.
    static bool is_fused(PassNumber number) {
        return source_gradients<Net>.of[number] >= 0 && source_gradients<Net>.value_of(number).form.finishes;
    }

    /// Sums of biases, and of a slice without images, start with zeros; those of weights with their first image.
    void start_slice_gradient(StepNumber s, int slice) {
        if (s == StepNumber::none || !Memory::has_weights(s)) return;
        const long floats = has_products(step(s).op) ? memory.conv_at(s).weight_floats() : Memory::pass(s).sums;
        const bool is_empty = memory.first_image(slice) == memory.first_image(slice + 1);
        if (is_empty) std::fill_n(memory.slice_gradient(slice), floats, 0.0f);
        std::fill_n(memory.slice_bias(slice), bias_floats(graph[step(s).node].shape), 0.0f);
    }

    /// Where a pass puts what its step gives to the gradient of its blend, if there is one, and what finishes that.
    GradientTarget target_of(PassNumber number, Images images, int slot) const {
        const BackwardStep& pass = plan.backward[number];
        if (pass.blend == BlendNumber::none) return {.maps = {.count = images.count}};
        if (is_fused(number)) {
            GradientTarget target = finish_of(pass.blend, images, slot);
            const BlendNumber pulled = pass.pulls[0].blend;
            target.added = pulled == BlendNumber::none ? target.maps : memory.gradients_view(pulled, images);
            return target;
        }
        if (!pass.accumulates) return {.maps = memory.gradients_view(pass.blend, images)};
        const Layout layout{blend(pass.blend).shape};
        return {.maps = {{memory.result_scratch(pass.step, slot), layout}, layout.count(), images.count}};
    }

    /// What takes the gradients of a blend's value through the blend; its sums are cleared.
    GradientTarget finish_of(BlendNumber which, Images images, int slot) const {
        const Blend& of = blend(which);
        std::fill_n(memory.channel_scratch(slot), images.count * Sizes::channels, 0.0f);
        return {.maps = memory.gradients_view(which, images),
                .main = memory.maps_view(of.main, images),
                .skip = of.skip == MapNumber::none ? MapsView<const float>{} : memory.maps_view(of.skip, images),
                .blend = memory.blend_coefficients(of),
                .sums = memory.gradient_sums(of, slot)};
    }

    /// The gradients of a step's weights and, if there are maps for it, of its source, which are overwritten.
    void backward_step(PassNumber number, Images now, Images next, int slot, const GradientTarget& target) {
        const StepNumber s = plan.backward[number].step;
        const ForwardStep& at = step(s);
        if (has_products(at.op)) return backward_conv(number, now, next, slot, target);
        const int image = now.first;
        const MapView<float>& grad_src = target.maps.first;
        if (at.piece >= 0) return backward_copy(at, image, grad_src);
        const PassCall call = memory.pass_call(s, slot);
        const bool has_weights = Memory::has_weights(s);
        if (grad_src.data == nullptr && !has_weights) return;
        const MapView<const float> grad = result_gradient(s, image, memory.gradient_scratch(s, slot));
        MapView<const float> src;
        const PassFunctions& functions = Memory::pass_function(s);
        if (functions.reads_source)
            src = memory.load(at, blend(at.blend), Memory::backward_load(at), image, memory.source_scratch(slot));
        if (has_weights) {
            const int slice = memory.slice_of(image);
            functions.backward_weight(call.node, src, grad, image == memory.first_image(slice),
                                      memory.slice_gradient(slice), call.scratch);
            if (call.node.bias) bias_backward(grad, memory.slice_bias(slice));
        }
        if (grad_src.data != nullptr) functions.backward(call, src, grad, grad_src);
    }

    /// The part of a concatenation's gradient that belongs to what was copied there.
    void backward_copy(const ForwardStep& at, int image, const MapView<float>& grad_src) const {
        if (grad_src.data == nullptr) return;
        const MapView<const float> grad = memory.gradient_view(plan.reader[at.dst], image);
        const Chw shape = grad_src.layout.shape;
        copy_channels(grad, first_channel(graph, at.node, at.piece), grad_src, 0, shape.c, 0, shape.h);
    }

    void backward_conv(PassNumber number, Images now, Images next, int slot, const GradientTarget& target) {
        const BackwardStep& pass = plan.backward[number];
        const StepNumber s = pass.step;
        const BoundConv& conv = memory.conv_at(s);
        const long step = conv.grad().count();
        const bool has_source = target.maps.first.data != nullptr;
        float* const gradients = is_collected(s) ? collected_gradient(s, now.first) : memory.gradient_scratch(s, slot);
        if (has_source)
            look_ahead_at_end(pass, now, slot);
        else
            look_ahead(pass, next, slot);
        for (int i = 0; i < now.count; ++i)
            backward_parameters(s, now.first + i, slot, result_gradient(s, now.first + i, gradients + i * step));
        if (!has_source) return;
        look_ahead(pass, next, slot);
        const auto backward_src = source_gradient_functions<Net>[index(source_gradients<Net>.of[number])];
        backward_src(conv, {{gradients, conv.grad()}, step, now.count}, target,
                     memory.kernel_scratch(s, slot, conv.gradient_scratch()));
    }

    /// An image's part in the gradients of a convolution's weights and bias.
    void backward_parameters(StepNumber s, int image, int slot, const MapView<const float>& grad) {
        const ForwardStep& at = step(s);
        const BoundConv& conv = memory.conv_at(s);
        const bool collects = is_collected(s);
        const MapView<const float> src =
            memory.load(at, blend(at.blend), Memory::backward_load(at), image,
                        collects ? collected_source(s, image) : memory.source_scratch(slot));
        const int slice = memory.slice_of(image);
        const int first = memory.first_image(slice);
        if (!conv.whole_batch())
            Memory::conv_function(s).backward_weight(conv, src, grad,
                                                     {image - first, memory.first_image(slice + 1) - first},
                                                     memory.kernel_scratch(s, slot), memory.slice_gradient(slice));
        else if (!collects)
            Memory::conv_function(s).collect(conv, src, grad, image, memory.count(), &memory.ahead(slot),
                                             memory.collected(s));
        if (graph[at.node].bias) bias_backward(grad, memory.slice_bias(slice));
    }

    /// Whether a step collects sources and gradients as they are.
    static bool is_collected(StepNumber s) {
        const TrainingConv& conv = training_convs<Net>.value_of(s);
        return conv.whole_batch && conv.algorithm == Algorithm::direct;
    }
    float* collected_source(StepNumber s, int image) const {
        return memory.collected(s) + image * memory.conv_at(s).src().count();
    }
    float* collected_gradient(StepNumber s, int image) const {
        return collected_source(s, memory.count()) + image * memory.conv_at(s).grad().count();
    }
    /// Everything that was collected for a step's weights.
    Collected collected_for(StepNumber s) const {
        const BoundConv& conv = memory.conv_at(s);
        if (!is_collected(s)) return {.src = {memory.collected(s), conv.src()}, .images = memory.count()};
        const ForwardStep& at = step(s);
        const auto source = [&](int image) {
            return memory.is_at_hand(at, Memory::backward_load(at))
                       ? memory.map_view(blend(at.blend).stored, image).data
                       : collected_source(s, image);
        };
        return {.src = {source(0), conv.src()},
                .grad = {collected_gradient(s, 0), conv.grad()},
                .src_image = source(1) - source(0),
                .grad_image = conv.grad().count(),
                .images = memory.count()};
    }

    /// The gradient of what a step wrote, framed for its way back, in `into`.
    MapView<const float> result_gradient(StepNumber s, int image, float* into) const {
        const MapNumber map = step(s).dst;
        const MapView<float> grad{into, result_gradient_layout(graph, step(s))};
        clear_frame(grad);
        if (map == plan.output) {
            load_planar(memory.output_gradient(image), grad);
            return grad;
        }
        const BlendNumber reader = plan.reader[map];
        const Summand summand{reader, plan.blends[reader].main != map};
        pull<false>(summand, image, grad);
        return grad;
    }

    /// The gradient that a summand of a blend hands to the map it reads.
    template <bool accumulates>
    void pull(const Summand& summand, int image, const MapView<float>& grad) const {
        const Blend& reader = blend(summand.blend);
        const MapView<const float> from = memory.gradient_view(summand.blend, image);
        const NodeNumber bn = summand.bn(reader);
        if (bn == NodeNumber::none) return copy_map<accumulates>(from, grad);
        const BnArrays arrays = memory.bn_arrays(bn);
        bn_backward<accumulates>(from, memory.map_view(summand.map(reader), image), arrays.a, arrays.b, arrays.c, grad);
    }

    /// Completes a blend's gradient as far as this pass goes. `grad` holds what the step gave.
    void collect(const BackwardStep& pass, int image, int slot, const MapView<float>& grad) {
        const MapView<float> target = memory.gradient_view(pass.blend, image);
        bool started = pass.step != StepNumber::none || pass.output;
        if (pass.output) load_planar(memory.output_gradient(image), grad);
        if (pass.accumulates) {
            if (started)
                copy_map<true>(target, grad);
            else
                copy_map<false>(target, grad);
            started = true;
        }
        for (const Summand& summand : pass.pulls) {
            if (summand.blend == BlendNumber::none) continue;
            if (std::exchange(started, true))
                pull<true>(summand, image, grad);
            else
                pull<false>(summand, image, grad);
        }
        if (pass.finishes) {
            hand_out(blend(pass.blend), image, grad);
            const GradientTarget finish = finish_of(pass.blend, {image, 1}, slot);
            Memory::functions(pass.blend).backward(grad, finish);
            add_sums(blend(pass.blend), image, finish.sums);
        } else if (pass.accumulates) {
            copy_map<false>(grad, target);
        }
    }

    /// The complete gradient of a value, if the caller wants it.
    void hand_out([[maybe_unused]] const Blend& value, [[maybe_unused]] int image,
                  [[maybe_unused]] const MapView<const float>& grad) const {
        if constexpr (graph.differentiated().count > 0)
            if (value.differentiated >= 0) store_planar(grad, memory.value_gradient(value.differentiated, image));
    }

    /// Adds an image's sums to those of its slice.
    void add_sums(const Blend& of, int image, const GradientSums& sums) {
        if (of.main_bn == NodeNumber::none && of.skip_bn == NodeNumber::none) return;
        const int slice = memory.slice_of(image);
        const bool first = image == memory.first_image(slice);
        const MomentSums total = memory.slice_sums(slice, 0);
        for (int c = 0; c < of.shape.c; ++c) {
            const auto add = [&](double& to, float value) { to = first ? value : to + value; };
            add(total.pivot[c], sums.gradient[c]);
            if (of.main_bn != NodeNumber::none) add(total.sum[c], sums.main[c]);
            if (of.skip_bn != NodeNumber::none) add(total.squares[c], sums.skip[c]);
        }
    }

    /// Gradients of BN's parameters, and the coefficients that take a gradient through it.
    void finish_gradients(const BackwardStep& pass) {
        if (pass.repeats) return;
        if (pass.step != StepNumber::none && graph[step(pass.step).node].bias) reduce_bias(pass.step);
        if (!pass.finishes || pass.blend == BlendNumber::none) return;
        const Blend& of = blend(pass.blend);
        for (const bool skip : {false, true}) {
            const NodeNumber bn = skip ? of.skip_bn : of.main_bn;
            if (bn == NodeNumber::none) continue;
            const BnArrays arrays = memory.bn_arrays(bn);
            const Offsets& at = offsets_of<Net>[bn];
            const double values = 1.0 * memory.count() * of.shape.h * of.shape.w;
            for (int c = 0; c < of.shape.c; ++c) {
                double gradient = 0.0;
                double deviation = 0.0;
                for (int slice = 0; slice < Sizes::slices; ++slice) {
                    if (memory.first_image(slice) == memory.first_image(slice + 1)) continue;
                    const MomentSums sums = memory.slice_sums(slice, 0);
                    gradient += sums.pivot[c];
                    deviation += skip ? sums.squares[c] : sums.sum[c];
                }
                set_gradient(gradient, deviation, values, c, arrays);
                memory.parameter_gradient()[at.bias + c] = static_cast<float>(gradient);
                memory.parameter_gradient()[at.weight + c] =
                    static_cast<float>(deviation * arrays.inverse_deviation[c]);
            }
        }
    }

    void weight_gradient(StepNumber s, int chunk, int slot) {
        float* const gradient = memory.parameter_gradient() + offsets_of<Net>[step(s).node].weight;
        if (!has_products(step(s).op)) return memory.pass_gradient(s, gradient);
        const BoundConv& conv = memory.conv_at(s);
        if (conv.whole_batch())
            Memory::conv_function(s).whole_gradient(conv, collected_for(s), chunk, memory.transform_scratch(s, slot),
                                                    gradient);
        else
            Memory::conv_function(s).reduce(conv, memory.slice_gradient(0), Sizes::slice, Sizes::slices, chunk,
                                            chunk + 1, gradient);
    }

    void reduce_bias(StepNumber s) {
        float* bias = memory.parameter_gradient() + offsets_of<Net>[step(s).node].bias;
        for (int c = 0; c < graph[step(s).node].shape.c; ++c) {
            float sum = 0.0f;
            for (int slice = 0; slice < Sizes::slices; ++slice) sum += memory.slice_bias(slice)[c];
            bias[c] = sum;
        }
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
