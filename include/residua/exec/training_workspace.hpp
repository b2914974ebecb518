#pragma once

#include <residua/exec/bn_statistics.hpp>
#include <residua/exec/bound_conv.hpp>
#include <residua/exec/parallel.hpp>
#include <residua/exec/run_training.hpp>
#include <residua/exec/weights.hpp>
#include <residua/exec/workspace.hpp>
#include <residua/kernel/simd/bias.hpp>
#include <residua/kernel/simd/border.hpp>
#include <residua/kernel/simd/copy.hpp>
#include <residua/kernel/simd/pool.hpp>
#include <residua/kernel/simd/shortcut_a.hpp>
#include <residua/plan/workspace.hpp>

namespace residua::inline RESIDUA_ISA {

/// Training: `forward` runs a batch with its own statistics, `backward` gives the gradient of every trained parameter.
/// The batch is cut into a fixed number of slices; each pass over memory takes one image after another through
/// everything that is fused into it, while the image is in the cache of one core. Sums over images are added slice by
/// slice in a fixed order, so results have the same bits for any number of threads.
template <class Net>
class Workspace<Net, Training> {
  public:
    /// For up to `batch` images. \throws std::invalid_argument if batch or threads are less than 1.
    explicit Workspace(int batch, int threads = 1)
        : batch_{checked(batch)},
          team_{threads, 1 + 2 * std::max(plan.forward_count, plan.backward_count)},
          arena_(static_cast<std::size_t>(Sizes::total(batch, threads))) {
        lay_out();
        bind_convs();
        bind_bns();
    }

    [[nodiscard]] int batch() const { return batch_; }
    [[nodiscard]] int threads() const { return team_.threads(); }
    /// Bytes of the arena: workspace_bytes<Net, Training, Batch<batch>, Threads<threads>>.
    [[nodiscard]] long bytes() const { return static_cast<long>(arena_.size() * sizeof(float)); }

    /// Runs `count` planar images (count x c x h x w) through the network in training mode and moves the running
    /// statistics in `weights`. Returns count x outputs, valid until the next call. Allocates nothing. \throws
    /// std::invalid_argument if there are no or too many images, or the span has another size.
    std::span<const float> forward(Weights<Net>& weights, std::span<const float> images, int count) {
        check(images, count);
        std::ranges::copy(images, input_);
        count_ = count;
        team_.run(
            1 + 2 * plan.forward_count, [&](int phase) { return forward_chunks(phase); },
            [&](int phase, int chunk, int slot) { forward_phase(weights, phase, chunk, slot); });
        return outputs();
    }

    /// The same for an xtensor expression of shape (N, c, h, w); the outputs as an xtensor view of shape (N, outputs).
    template <class Images>
    auto forward(Weights<Net>& weights, const Images& images) {
        constexpr Chw in = input_shape<Net>;
        const std::array<std::size_t, 4> shape{0, static_cast<std::size_t>(in.c), static_cast<std::size_t>(in.h),
                                               static_cast<std::size_t>(in.w)};
        const std::size_t count = copy_from(
            images, std::span<float>(input_, static_cast<std::size_t>(batch_ * Sizes::input)), shape, "images");
        const auto out =
            forward(weights, {input_, count * static_cast<std::size_t>(Sizes::input)}, static_cast<int>(count));
        return as_xtensor(out.data(), std::array<std::size_t, 2>{count, static_cast<std::size_t>(Sizes::output)});
    }

    /// The outputs of the last forward run, count x outputs.
    [[nodiscard]] std::span<const float> outputs() const {
        return {output_, static_cast<std::size_t>(count_ * Sizes::output)};
    }
    /// Where the gradient of the loss with respect to the outputs goes before `backward`.
    [[nodiscard]] std::span<float> output_gradient() {
        return {output_gradient_, static_cast<std::size_t>(count_ * Sizes::output)};
    }

    /// Gradients of all trained parameters from output_gradient(), in the order of Weights::trained(). Uses the weights
    /// and maps of the last forward run. Allocates nothing.
    std::span<const float> backward() {
        team_.run(
            2 * plan.backward_count, [&](int phase) { return backward_chunks(phase); },
            [&](int phase, int chunk, int slot) { backward_phase(phase, chunk, slot); });
        return gradients();
    }

    /// The gradients of the last backward run, parameter_count<Net> of them.
    [[nodiscard]] std::span<const float> gradients() const {
        return {gradient_, static_cast<std::size_t>(parameter_count<Net>)};
    }
    /// One parameter's gradient as an xtensor view.
    template <FixedString name>
    [[nodiscard]] auto gradient() const {
        constexpr Parameter which = parameter_named<Net, name>;
        static_assert(which.trained());
        return as_xtensor(static_cast<const float*>(gradient_) + which.offset, detail::array_shape<which.rank>(which));
    }

    /// The team that runs the steps, for work on the parameters between them.
    [[nodiscard]] Team& team() { return team_; }

  private:
    using Sizes = detail::TrainingSizes<Net>;
    static constexpr const auto& plan = training_plan<Net>;
    static constexpr const auto& graph = graph_of<Net>;
    static constexpr const auto& extent = detail::training_extent<Net>;

    static constexpr std::size_t index(int i) { return static_cast<std::size_t>(i); }
    static const ForwardStep& step(int s) { return plan.forward[index(s)]; }
    static const Blend& blend(int b) { return plan.blends[index(b)]; }
    static bool is_conv(const ForwardStep& step) { return step.op == Op::conv || step.op == Op::linear; }

    static int checked(int batch) {
        if (batch < 1) throw std::invalid_argument("batch: expected at least 1, got " + std::to_string(batch));
        return batch;
    }
    void check(std::span<const float> images, int count) const {
        if (count < 1 || count > batch_)
            throw std::invalid_argument("images: expected 1 to " + std::to_string(batch_) + ", got " +
                                        std::to_string(count));
        if (static_cast<long>(images.size()) != count * Sizes::input)
            throw std::invalid_argument("images: expected " + std::to_string(count * Sizes::input) + " values, got " +
                                        std::to_string(images.size()));
    }

    // Places in the arena.

    void lay_out() {
        float* next = arena_.data();
        const auto take = [&](long floats) { return std::exchange(next, next + floats); };
        maps_ = take(batch_ * plan.arena_floats);
        slots_ = take(team_.threads() * Sizes::slot);
        slices_ = take(Sizes::slices * Sizes::slice);
        sums_ = take(Sizes::slices * 2 * Sizes::sums);
        packed_ = take(extent.packed);
        bn_ = take(Sizes::bn_arrays * extent.bn_channels);
        gradient_ = take(detail::round_up(parameter_count<Net>));
        input_ = take(detail::round_up(batch_ * Sizes::input));
        output_ = take(detail::round_up(batch_ * Sizes::output));
        output_gradient_ = take(detail::round_up(batch_ * Sizes::output));
    }

    void bind_convs() {
        float* next = packed_;
        conv_of_.assign(index(plan.forward_count), -1);
        for (int s = 0; s < plan.forward_count; ++s) {
            if (!is_conv(step(s))) continue;
            const Node& node = graph[step(s).node];
            const Layout src = detail::source_layout(graph, plan, step(s));
            conv_of_[index(s)] = static_cast<int>(convs_.size());
            convs_.push_back({s, {src, node.shape, node.window, detail::training_convs<Net>.value_of(s), next}});
            next += detail::forward_weight_floats(src, node.shape, node.window) +
                    detail::backward_weight_floats(src.shape, node.shape, node.window);
        }
    }

    void bind_bns() {
        bn_offset_.assign(graph.nodes.size(), 0);
        long offset = 0;
        for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
            if (graph.nodes[i].op != Op::bn) continue;
            bn_offset_[i] = offset;
            offset += 1L * block_count(graph.nodes[i].shape.c) * channel_block;
        }
    }

    [[nodiscard]] MapView<float> map_view(int map, int image) const {
        const Buffer& buffer = plan.map_buffers[index(map)];
        return {maps_ + buffer.offset * batch_ + buffer.floats * image, {plan.maps[index(map)]}};
    }
    [[nodiscard]] MapView<float> gradient_view(int of_blend, int image) const {
        const Buffer& buffer = plan.gradient_buffers[index(of_blend)];
        return {maps_ + buffer.offset * batch_ + buffer.floats * image, {blend(of_blend).shape}};
    }
    [[nodiscard]] detail::BnArrays bn_arrays(int node) const {
        float* first = bn_ + bn_offset_[index(node)];
        const long step = extent.bn_channels;
        return {first,           first + step, first + 2 * step, first + 3 * step, first + 4 * step, first + 5 * step,
                first + 6 * step};
    }
    [[nodiscard]] float* source_scratch(int slot) const { return slots_ + slot * Sizes::slot; }
    [[nodiscard]] float* result_scratch(int slot) const { return source_scratch(slot) + extent.source; }
    [[nodiscard]] float* gradient_scratch(int slot) const { return result_scratch(slot) + extent.source; }
    [[nodiscard]] float* channel_scratch(int slot) const { return gradient_scratch(slot) + extent.gradient; }
    /// A slice's double sums for one of the (at most two) maps of a pass.
    [[nodiscard]] detail::MomentSums slice_sums(int slice, int which) const {
        auto* first = reinterpret_cast<double*>(sums_ + (2L * slice + which) * Sizes::sums);
        return {first, first + extent.most_channels, first + 2 * extent.most_channels};
    }
    [[nodiscard]] float* slice_gradient(int slice) const { return slices_ + slice * Sizes::slice; }
    [[nodiscard]] int first_image(int slice) const { return static_cast<int>(1L * count_ * slice / Sizes::slices); }

    // Blends.

    [[nodiscard]] BlendTask blend_task(const Blend& of, int image) const {
        BlendTask task{.main = map_view(of.main, image)};
        if (of.main_bn >= 0) {
            const detail::BnArrays bn = bn_arrays(of.main_bn);
            task.scale = bn.scale;
            task.shift = bn.shift;
        }
        if (of.skip >= 0) task.skip = map_view(of.skip, image);
        if (of.skip_bn >= 0) {
            const detail::BnArrays bn = bn_arrays(of.skip_bn);
            task.skip_scale = bn.scale;
            task.skip_shift = bn.shift;
        }
        return task;
    }

    static const detail::BlendFunctions& functions(int of_blend) {
        return detail::blend_functions<Net>[index(detail::blend_forms<Net>.of[index(of_blend)])];
    }

    /// A step's source for one image, framed as its kernel wants it.
    MapView<const float> load(const ForwardStep& step, Load how, int image, int slot) const {
        const Blend& source = blend(step.blend);
        const MapView<float> scratch{source_scratch(slot), detail::source_layout(graph, plan, step)};
        if (source.plain() && source.main == 0) {
            const MapView<float> to = how == Load::compute_and_store ? map_view(source.stored, image) : scratch;
            clear_frame(to);
            load_planar(input_ + image * Sizes::input, to);
            return to;
        }
        if (how == Load::stored) {
            const MapView<float> stored = map_view(source.stored, image);
            if (scratch.layout.halo == 0) return stored;
            clear_frame(scratch);
            copy_map<false>(stored, scratch);
            return scratch;
        }
        clear_frame(scratch);
        const BlendTask task = blend_task(source, image);
        if (how == Load::compute_and_store)
            functions(step.blend).forward_and_store(task, scratch, map_view(source.stored, image));
        else
            functions(step.blend).forward(task, scratch, {});
        return scratch;
    }

    // Forward: a phase that packs the weights, then two a step: the slices, and the statistics.

    [[nodiscard]] int forward_chunks(int phase) const {
        if (phase == 0) return static_cast<int>(convs_.size());
        const ForwardStep& at = step((phase - 1) / 2);
        if ((phase - 1) % 2 == 0) return Sizes::slices;
        return has_statistics(at.dst) || has_statistics(stored_by(at)) ? 1 : 0;
    }

    void forward_phase(Weights<Net>& weights, int phase, int chunk, int slot) {
        if (phase == 0) return pack(weights, chunk);
        const int s = (phase - 1) / 2;
        if ((phase - 1) % 2 == 0)
            forward_slice(s, chunk, slot);
        else
            finish_statistics(weights, step(s));
    }

    void pack(const Weights<Net>& weights, int which) {
        auto& [s, conv] = convs_[index(which)];
        const detail::Offsets& at = detail::offsets_of<Net>[index(step(s).node)];
        conv.pack(weights.all().data() + at.weight, at.bias < 0 ? nullptr : weights.all().data() + at.bias);
    }

    static bool has_statistics(int map) { return map >= 0 && plan.first_bn[index(map)] >= 0; }
    static int stored_by(const ForwardStep& step) {
        return step.load == Load::compute_and_store ? blend(step.blend).stored : -1;
    }

    void forward_slice(int s, int slice, int slot) {
        const ForwardStep& at = step(s);
        const int first = first_image(slice);
        for (int image = first; image < first_image(slice + 1); ++image) {
            const MapView<const float> src = load(at, at.load, image, slot);
            if (at.dst >= 0) {
                const MapView<float> dst = map_view(at.dst, image);
                operate(s, src, dst);
                if (at.dst == plan.output) store_planar(dst, output_ + image * Sizes::output);
                if (has_statistics(at.dst))
                    add_moments(dst, image == first, slice_sums(slice, 0), channel_scratch(slot));
            }
            const int stored = stored_by(at);
            if (stored >= 0 && stored == plan.output)
                store_planar(map_view(stored, image), output_ + image * Sizes::output);
            if (has_statistics(stored))
                add_moments(map_view(stored, image), image == first, slice_sums(slice, 1), channel_scratch(slot));
        }
    }

    void operate(int s, const MapView<const float>& src, const MapView<float>& dst) const {
        const Window& window = graph[step(s).node].window;
        switch (step(s).op) {
            case Op::max_pool:
                return max_pool(src, dst, window, 0, dst.layout.blocks());
            case Op::avg_pool:
                return avg_pool(src, dst, window, 0, dst.layout.blocks());
            case Op::shortcut_a:
                return shortcut_a(src, dst, window.stride);
            default: {
                const detail::BoundConv& conv = conv_at(s);
                return conv_function(s).forward(conv.forward(src, dst), conv.bias());
            }
        }
    }

    [[nodiscard]] const detail::BoundConv& conv_at(int s) const { return convs_[index(conv_of_[index(s)])].second; }
    static const detail::ConvFunctions& conv_function(int s) {
        return detail::conv_functions<Net>[index(detail::training_convs<Net>.of[index(s)])];
    }

    void finish_statistics(Weights<Net>& weights, const ForwardStep& at) const {
        if (has_statistics(at.dst)) finish_map(weights, at.dst, 0);
        if (has_statistics(stored_by(at))) finish_map(weights, stored_by(at), 1);
    }

    void finish_map(Weights<Net>& weights, int map, int which) const {
        const Chw shape = plan.maps[index(map)];
        for (int c = 0; c < shape.c; ++c) {
            detail::Moments moments;
            for (int slice = 0; slice < Sizes::slices; ++slice) {
                const double values = 1.0 * (first_image(slice + 1) - first_image(slice)) * shape.h * shape.w;
                if (values == 0.0) continue;
                const detail::MomentSums sums = slice_sums(slice, which);
                moments.merge(values, sums.pivot[c] + sums.sum[c] / values,
                              sums.squares[c] - sums.sum[c] * sums.sum[c] / values);
            }
            for (int bn = plan.first_bn[index(map)]; bn >= 0; bn = plan.next_bn[index(bn)]) {
                const detail::Offsets& at = detail::offsets_of<Net>[index(bn)];
                float* values = weights.all().data() + c;
                set_statistics(moments, c,
                               {values[at.weight], values[at.bias], values + at.running_mean, values + at.running_var},
                               bn_arrays(bn));
            }
        }
    }

    // Backward: two phases a pass: the slices, then the sums over slices.

    [[nodiscard]] int backward_chunks(int phase) const {
        const BackwardStep& pass = plan.backward[index(phase / 2)];
        if (phase % 2 == 0) return Sizes::slices;
        return 1 + (pass.step >= 0 && is_conv(step(pass.step)) ? conv_at(pass.step).dst_blocks() : 0);
    }

    void backward_phase(int phase, int chunk, int slot) {
        const BackwardStep& pass = plan.backward[index(phase / 2)];
        if (phase % 2 == 0)
            backward_slice(pass, chunk, slot);
        else if (chunk == 0)
            finish_gradients(pass);
        else
            reduce_weights(pass.step, chunk - 1);
    }

    void backward_slice(const BackwardStep& pass, int slice, int slot) {
        if (pass.step >= 0 && is_conv(step(pass.step))) {
            const detail::BoundConv& conv = conv_at(pass.step);
            std::fill_n(slice_gradient(slice), conv.weight_floats() + conv.bias_floats(), 0.0f);
        }
        const int first = first_image(slice);
        for (int image = first; image < first_image(slice + 1); ++image) {
            MapView<float> grad{};
            if (pass.blend >= 0)
                grad = pass.accumulates ? MapView<float>{result_scratch(slot), {blend(pass.blend).shape}}
                                        : gradient_view(pass.blend, image);
            if (pass.step >= 0) backward_step(pass.step, image, slot, slice, grad);
            if (pass.blend >= 0) collect(pass, image, image == first, slot, slice, grad);
        }
    }

    /// The gradients of a step's weights and, if `grad_src` is a map, of its source, which is overwritten.
    void backward_step(int s, int image, int slot, int slice, const MapView<float>& grad_src) {
        const ForwardStep& at = step(s);
        const Window& window = graph[at.node].window;
        const MapView<const float> grad = result_gradient(s, image, slot);
        if (is_conv(at)) {
            const detail::BoundConv& conv = conv_at(s);
            const MapView<const float> src = load(at, again(at), image, slot);
            conv_function(s).backward_weight(conv.backward_weight(src, grad, slice_gradient(slice)));
            if (graph[at.node].bias) bias_backward(grad, slice_gradient(slice) + conv.weight_floats());
            if (grad_src.data != nullptr) conv.backward_src(grad, grad_src, conv_function(s).backward_src);
        } else if (grad_src.data != nullptr) {
            if (at.op == Op::max_pool) max_pool_backward(load(at, again(at), image, slot), grad, grad_src, window);
            if (at.op == Op::avg_pool) avg_pool_backward(grad, grad_src, window);
            if (at.op == Op::shortcut_a) shortcut_a_backward(grad, grad_src, window.stride);
        }
    }

    /// On the way back a stored blend is read, the others are computed once more.
    static Load again(const ForwardStep& step) {
        return step.load == Load::compute_and_store ? Load::stored : step.load;
    }

    /// The gradient of what a step wrote, framed for its way back.
    MapView<const float> result_gradient(int s, int image, int slot) const {
        const int map = step(s).dst;
        const MapView<float> grad{gradient_scratch(slot),
                                  is_conv(step(s)) ? conv_at(s).grad() : Layout{plan.maps[index(map)]}};
        clear_frame(grad);
        if (map == plan.output) {
            load_planar(output_gradient_ + image * Sizes::output, grad);
            return grad;
        }
        const int reader = plan.reader[index(map)];
        const Summand summand{reader, blend(reader).main != map};
        pull<false>(summand, image, grad);
        return grad;
    }

    /// The gradient that a summand of a blend hands to the map it reads.
    template <bool accumulates>
    void pull(const Summand& summand, int image, const MapView<float>& grad) const {
        const Blend& reader = blend(summand.blend);
        const MapView<const float> from = gradient_view(summand.blend, image);
        const int bn = summand.bn(reader);
        if (bn < 0) return copy_map<accumulates>(from, grad);
        const detail::BnArrays arrays = bn_arrays(bn);
        bn_backward<accumulates>(from, map_view(summand.map(reader), image), arrays.a, arrays.b, arrays.c, grad);
    }

    /// Completes a blend's gradient as far as this pass goes. `grad` holds what the step gave.
    void collect(const BackwardStep& pass, int image, bool first, int slot, int slice, const MapView<float>& grad) {
        const MapView<float> target = gradient_view(pass.blend, image);
        bool started = pass.step >= 0 || pass.output;
        if (pass.output) load_planar(output_gradient_ + image * Sizes::output, grad);
        if (pass.accumulates) {
            if (started)
                copy_map<true>(target, grad);
            else
                copy_map<false>(target, grad);
            started = true;
        }
        for (const Summand& summand : pass.pulls) {
            if (summand.blend < 0) continue;
            if (std::exchange(started, true))
                pull<true>(summand, image, grad);
            else
                pull<false>(summand, image, grad);
        }
        if (pass.finishes)
            finish_blend(pass.blend, image, first, slot, slice, grad, target);
        else if (pass.accumulates)
            copy_map<false>(grad, target);
    }

    void finish_blend(int which, int image, bool first, int slot, int slice, const MapView<float>& grad,
                      const MapView<float>& target) {
        const Blend& of = blend(which);
        const int channels = grad.layout.blocks() * channel_block;
        float* sums = channel_scratch(slot);
        const detail::BnArrays main = of.main_bn >= 0 ? bn_arrays(of.main_bn) : detail::BnArrays{};
        const detail::BnArrays skip = of.skip_bn >= 0 ? bn_arrays(of.skip_bn) : detail::BnArrays{};
        functions(which).backward(blend_task(of, image), grad, target,
                                  {sums, sums + channels, sums + 2 * channels, main.mean, skip.mean});
        if (of.main_bn < 0 && of.skip_bn < 0) return;
        const detail::MomentSums total = slice_sums(slice, 0);
        for (int c = 0; c < channels; ++c) {
            const auto add = [&](double& to, float value) { to = first ? value : to + value; };
            add(total.pivot[c], sums[c]);
            if (of.main_bn >= 0) add(total.sum[c], sums[channels + c]);
            if (of.skip_bn >= 0) add(total.squares[c], sums[2 * channels + c]);
        }
    }

    /// Gradients of BN's parameters, and the coefficients that take a gradient through it.
    void finish_gradients(const BackwardStep& pass) {
        if (pass.step >= 0 && is_conv(step(pass.step)) && graph[step(pass.step).node].bias) reduce_bias(pass.step);
        if (!pass.finishes || pass.blend < 0) return;
        const Blend& of = blend(pass.blend);
        for (const bool skip : {false, true}) {
            const int bn = skip ? of.skip_bn : of.main_bn;
            if (bn < 0) continue;
            const detail::BnArrays arrays = bn_arrays(bn);
            const detail::Offsets& at = detail::offsets_of<Net>[index(bn)];
            const double values = 1.0 * count_ * of.shape.h * of.shape.w;
            for (int c = 0; c < of.shape.c; ++c) {
                double gradient = 0.0;
                double deviation = 0.0;
                for (int slice = 0; slice < Sizes::slices; ++slice) {
                    if (first_image(slice) == first_image(slice + 1)) continue;
                    const detail::MomentSums sums = slice_sums(slice, 0);
                    gradient += sums.pivot[c];
                    deviation += skip ? sums.squares[c] : sums.sum[c];
                }
                detail::set_gradient(gradient, deviation, values, c, arrays);
                gradient_[at.bias + c] = static_cast<float>(gradient);
                gradient_[at.weight + c] = static_cast<float>(deviation * arrays.inverse_deviation[c]);
            }
        }
    }

    void reduce_weights(int s, int block) {
        conv_at(s).reduce(slices_, Sizes::slice, Sizes::slices, block, block + 1,
                          gradient_ + detail::offsets_of<Net>[index(step(s).node)].weight);
    }

    void reduce_bias(int s) {
        const detail::BoundConv& conv = conv_at(s);
        float* bias = gradient_ + detail::offsets_of<Net>[index(step(s).node)].bias;
        for (int c = 0; c < conv.dst_channels(); ++c) {
            float sum = 0.0f;
            for (int slice = 0; slice < Sizes::slices; ++slice) sum += slice_gradient(slice)[conv.weight_floats() + c];
            bias[c] = sum;
        }
    }

    int batch_;
    int count_ = 0;
    Team team_;
    Arena arena_;
    float* maps_ = nullptr;
    float* slots_ = nullptr;
    float* slices_ = nullptr;
    float* sums_ = nullptr;
    float* packed_ = nullptr;
    float* bn_ = nullptr;
    float* gradient_ = nullptr;
    float* input_ = nullptr;
    float* output_ = nullptr;
    float* output_gradient_ = nullptr;
    std::vector<std::pair<int, detail::BoundConv>> convs_;  ///< with their steps
    std::vector<int> conv_of_;                              ///< by step
    std::vector<long> bn_offset_;                           ///< by node
};

}  // namespace residua::inline RESIDUA_ISA
