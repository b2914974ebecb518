#pragma once

#include <new>
#include <vector>

#include <residua/exec/run_passes.hpp>
#include <residua/exec/run_training.hpp>
#include <residua/exec/weights.hpp>
#include <residua/kernel/simd/border.hpp>
#include <residua/kernel/simd/copy.hpp>
#include <residua/lower/workspace.hpp>
#include <residua/op/bn/run.hpp>
#include <residua/op/conv/run_bound.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Slices [first, last) of a batch.
struct Slices {
    int first = 0;
    int last = 0;
    int next = -1;  ///< the first of those that most likely follow, or -1
};

/// Images of a batch that lie side by side.
struct Images {
    int first = 0;
    int count = 0;
};

/// The arena of a training workspace, and what lies where in it.
template <class Net>
class TrainingMemory {
  public:
    using Sizes = TrainingSizes<Net>;
    static constexpr const auto& plan = training_plan<Net>;
    static constexpr const auto& graph = graph_of<Net>;

    TrainingMemory(int batch, int threads)
        : batch_{batch},
          threads_{threads},
          arena_(static_cast<std::size_t>(Sizes::sections(batch, threads).total())),
          ahead_(index(threads)) {
        lay_out(threads);
        bind_convs();
        bind_bns();
    }

    static const ForwardStep& step(StepNumber s) { return plan.forward[s]; }
    static const Blend& blend(BlendNumber b) { return plan.blends[b]; }

    [[nodiscard]] int batch() const { return batch_; }
    [[nodiscard]] std::size_t floats() const { return arena_.size(); }
    /// Images of the present batch.
    [[nodiscard]] int count() const { return count_; }
    void set_count(int count) { count_ = count; }

    /// Planar arrays of the caller's: images, outputs and their gradient; and the gradients of all parameters.
    [[nodiscard]] float* input(int image = 0) const { return input_ + image * Sizes::input; }
    [[nodiscard]] float* output(int image = 0) const { return output_ + image * Sizes::output; }
    [[nodiscard]] float* output_gradient(int image = 0) const { return output_gradient_ + image * Sizes::output; }
    [[nodiscard]] float* parameter_gradient() const { return gradient_; }
    /// The gradient of one of the values whose gradients are wanted.
    [[nodiscard]] float* value_gradient(int which, int image = 0) const {
        const long floats = Sizes::value_gradients(which + 1) - Sizes::value_gradients(which);
        return value_gradients_ + count_ * Sizes::value_gradients(which) + image * floats;
    }

    [[nodiscard]] const BoundConv& conv_at(StepNumber s) const { return convs_[index(conv_of_[index(s)])]; }
    /// Parts in which the weights of a step are packed; none without one.
    [[nodiscard]] int pack_parts(StepNumber s) const {
        if (s == StepNumber::none) return 0;
        return has_products(step(s).op) ? conv_at(s).pack_parts() : static_cast<int>(pass(s).has_weights());
    }
    /// What a pass with weights needs, nothing of other steps.
    static const WeightedPass& pass(StepNumber s) { return weighted_passes<Net>[s]; }
    /// Whether a step has weights.
    static bool has_weights(StepNumber s) { return has_products(step(s).op) || pass(s).has_weights(); }
    static const PassFunctions& pass_function(StepNumber s) {
        return pass_functions<Net>[index(training_passes<Net>.of[s])];
    }
    static const ConvFunctions& conv_function(StepNumber s) {
        return conv_functions<Net>[index(training_convs<Net>.of[s])];
    }

    [[nodiscard]] MapView<float> map_view(MapNumber map, int image) const {
        return {at_image(plan.map_buffers[map], image), {plan.maps[map]}};
    }
    [[nodiscard]] MapsView<float> maps_view(MapNumber map, Images images) const {
        return {map_view(map, images.first), plan.map_buffers[map].floats, images.count};
    }
    [[nodiscard]] MapsView<float> gradients_view(BlendNumber of_blend, Images images) const {
        return {gradient_view(of_blend, images.first), plan.gradient_buffers[of_blend].floats, images.count};
    }
    [[nodiscard]] MapView<float> gradient_view(BlendNumber of_blend, int image) const {
        return {at_image(plan.gradient_buffers[of_blend], image), {blend(of_blend).shape}};
    }
    [[nodiscard]] BnArrays bn_arrays(NodeNumber node) const {
        float* first = bn_ + bn_offset_[index(node)];
        const long step = extent.bn_channels;
        return {first,           first + step, first + 2 * step, first + 3 * step, first + 4 * step, first + 5 * step,
                first + 6 * step};
    }
    /// A thread's scratch memory of a pass, by its step, or none.
    [[nodiscard]] float* source_scratch(int slot) const {
        return channel_scratch(slot, static_cast<int>(extent.together));
    }
    [[nodiscard]] float* result_scratch(StepNumber s, int slot) const {
        return source_scratch(slot) + scratch(s).source;
    }
    [[nodiscard]] float* gradient_scratch(StepNumber s, int slot) const {
        return source_scratch(slot) + scratch(s).before_gradient();
    }
    [[nodiscard]] float* transform_scratch(StepNumber s, int slot) const {
        return source_scratch(slot) + scratch(s).before_transforms();
    }
    /// Scratch memory of the kernels of a convolution, from `used` floats on, and what the thread reads next.
    [[nodiscard]] Scratch kernel_scratch(StepNumber s, int slot, long used = 0) {
        return {transform_scratch(s, slot) + used, &ahead(slot)};
    }
    /// What a pass of its own works with beside its maps.
    [[nodiscard]] PassCall pass_call(StepNumber s, int slot) const {
        return {graph[step(s).node], packed_, pass_bias(s), image_moments(slot), transform_scratch(s, slot)};
    }
    /// Packs the weights of a pass that has some, for one direction, and for the way forward the bias, null for none.
    void pack_pass_forward(StepNumber s, const float* weight, const float* bias) const {
        pass_function(s).pack_forward(graph[step(s).node], source_shape(s), weight, nullptr, packed_);
        if (bias == nullptr) return;
        const Chw shape = graph[step(s).node].shape;
        float* const end = std::copy_n(bias, shape.c, pass_bias(s));
        std::fill(end, pass_bias(s) + bias_floats(shape), 0.0f);
    }
    void pack_pass_backward(StepNumber s, const float* weight) const {
        pass_function(s).pack_backward(graph[step(s).node], source_shape(s), weight, packed_);
    }
    /// The gradient of such a pass's weights, from the slices' sums, which are added up from the first to the last.
    void pass_gradient(StepNumber s, float* grad_weight) const {
        float* const sums = slice_gradient(0);
        for (int slice = 1; slice < Sizes::slices; ++slice)
            for (long i = 0; i < pass(s).sums; i += channel_block)
                (Pack::load(sums + i) + Pack::load(slice_gradient(slice) + i)).store(sums + i);
        pass_function(s).write_gradient(graph[step(s).node], source_shape(s), sums, grad_weight);
    }
    /// Sums over one of the images that go through a step together, three for each channel.
    [[nodiscard]] float* channel_scratch(int slot, int image = 0) const {
        return slots_ + slot * Sizes::slot + image * Sizes::channels;
    }
    [[nodiscard]] ImageMoments image_moments(int slot) const {
        float* first = channel_scratch(slot);
        return {first, first + extent.most_channels, first + 2 * extent.most_channels, Sizes::channels};
    }
    [[nodiscard]] GradientSums gradient_sums(const Blend& of, int slot) const {
        float* first = channel_scratch(slot);
        return {first,
                first + extent.most_channels,
                first + 2 * extent.most_channels,
                of.main_bn != NodeNumber::none ? bn_arrays(of.main_bn).mean : nullptr,
                of.skip_bn != NodeNumber::none ? bn_arrays(of.skip_bn).mean : nullptr,
                Sizes::channels};
    }
    [[nodiscard]] Ahead& ahead(int slot) { return ahead_[index(slot)]; }
    /// A slice's double sums for one of the (at most two) maps of a pass.
    [[nodiscard]] MomentSums slice_sums(int slice, int which) const {
        double* first = sums_ + (2L * slice + which) * Sizes::channels;
        return {first, first + extent.most_channels, first + 2 * extent.most_channels};
    }
    [[nodiscard]] float* slice_gradient(int slice) const {
        return maps_ + Sizes::first_slice(batch_) + slice * Sizes::slice;
    }
    [[nodiscard]] float* slice_bias(int slice) const { return biases_ + slice * Sizes::slice_bias; }
    [[nodiscard]] int first_image(int slice) const { return static_cast<int>(1L * count_ * slice / Sizes::slices); }
    [[nodiscard]] int slice_of(int image) const {
        return static_cast<int>((1L * Sizes::slices * (image + 1) - 1) / count_);
    }

    /// Images that go through a step together.
    [[nodiscard]] int together(StepNumber s) const {
        return s != StepNumber::none && has_products(step(s).op) ? conv_at(s).together() : 1;
    }
    /// The slices of the batch that a thread takes through a step at a time: so many that they hold the images that go
    /// together, but some for every thread.
    [[nodiscard]] int slice_chunks(StepNumber s) const {
        return (Sizes::slices + slices_a_chunk(s) - 1) / slices_a_chunk(s);
    }
    /// A chunk's share of them. Every other pass begins at the end of the batch, where the pass before it left maps in
    /// the cache.
    [[nodiscard]] Slices slices_of(StepNumber s, int pass, int chunk) const {
        const int chunks = slice_chunks(s);
        const auto first = [&](int c) { return (pass % 2 == 0 ? c : chunks - 1 - c) * slices_a_chunk(s); };
        return {first(chunk), std::min(first(chunk) + slices_a_chunk(s), Sizes::slices),
                chunk + 1 < chunks ? first(chunk + 1) : -1};
    }

    /// Takes the images of some slices through a step: calls `visit(now, next)` with those that go together and those
    /// that most likely follow, if there are any. What visits store past the caches is there for other threads at the
    /// end.
    template <class Visit>
    void for_images(StepNumber s, Slices slices, const Visit& visit) const {
        const int last = first_image(slices.last);
        const int most = together(s);
        const auto from = [&](int first, int end) { return Images{first, std::clamp(end - first, 0, most)}; };
        const Images behind = slices.next < 0 ? Images{} : from(first_image(slices.next), count_);
        for (int first = first_image(slices.first); first < last; first += most)
            visit(from(first, last), first + most < last ? from(first + most, last) : behind);
        finish_streams();
    }

    [[nodiscard]] BlendTask blend_task(const Blend& of, int image) const {
        BlendTask task = blend_coefficients(of);
        task.main = map_view(of.main, image);
        if (of.skip != MapNumber::none) task.skip = map_view(of.skip, image);
        return task;
    }
    [[nodiscard]] BlendTask blend_coefficients(const Blend& of) const {
        BlendTask task;
        if (of.main_bn != NodeNumber::none) {
            const BnArrays bn = bn_arrays(of.main_bn);
            task.scale = bn.scale;
            task.shift = bn.shift;
        }
        if (of.skip_bn != NodeNumber::none) {
            const BnArrays bn = bn_arrays(of.skip_bn);
            task.skip_scale = bn.scale;
            task.skip_shift = bn.shift;
        }
        return task;
    }

    static const BlendFunctions& functions(BlendNumber of_blend) {
        return blend_functions<Net>[index(blend_forms<Net>.of[of_blend])];
    }

    /// A step's source for one image, framed as its kernel wants it, in `into` unless it lies somewhere already.
    MapView<const float> load(const ForwardStep& step, const Blend& source, Load how, int image, float* into) const {
        const MapView<float> scratch{into, source_layout(graph, plan, step)};
        if (is_input(source)) {
            const MapView<float> to = how == Load::compute_and_store ? map_view(source.stored, image) : scratch;
            clear_frame(to);
            load_planar(input(image), to);
            return to;
        }
        if (how == Load::stored) {
            const MapView<float> stored = map_view(source.stored, image);
            if (is_at_hand(step, how)) return stored;
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

    /// The same for several images, in a thread's scratch memory; what is read for the next ones is fetched meanwhile.
    MapsView<const float> load(const ForwardStep& step, const Blend& source, Load how, Images now, Images next,
                               int slot) {
        float* const into = source_scratch(slot);
        const std::ptrdiff_t map_step = source_layout(graph, plan, step).count();
        const MapView<const float> first = load(step, source, how, now.first, into);
        std::ptrdiff_t apart = 0;
        for (int i = 1; i < now.count; ++i)
            apart = load(step, source, how, now.first + i, into + i * map_step).data - first.data;
        ahead(slot).clear();
        look_ahead(source, how, next, ahead(slot));
        return {first, now.count > 1 ? apart / (now.count - 1) : 0, now.count};
    }

    /// The maps of some images, side by side or, inside of others, apart.
    static void look_ahead(const MapsView<const float>& maps, Ahead& ahead) {
        const long floats = maps.first.layout.count();
        if (floats == maps.step) return ahead.add(maps.first.data, maps.count * floats);
        for (int i = 0; i < maps.count; ++i) ahead.add(maps.at(i).data, floats);
    }

    /// What `load` will read for some images.
    void look_ahead(const Blend& source, Load how, Images images, Ahead& ahead) const {
        if (images.count == 0) return;
        const auto add = [&](MapNumber map) { look_ahead(maps_view(map, images), ahead); };
        if (is_input(source)) return ahead.add(input(images.first), images.count * Sizes::input);
        if (how == Load::stored) return add(source.stored);
        add(source.main);
        if (source.skip != MapNumber::none) add(source.skip);
    }

    /// How the way back loads a step's source: a value that is stored is read, the others are computed once more.
    static Load backward_load(const ForwardStep& step) {
        return plan.backward_blends[step.blend].stored != MapNumber::none ? Load::stored : Load::compute;
    }

    /// Whether a step's source lies in memory as its kernel wants it.
    static bool is_at_hand(const ForwardStep& step, Load how) {
        return how == Load::stored && source_layout(graph, plan, step).halo == 0;
    }

    /// What a step with whole_batch collects of the images.
    [[nodiscard]] float* collected(StepNumber s) const { return maps_ + before_collected<Net>[s] * batch_; }

  private:
    static bool is_input(const Blend& source) { return source.plain() && source.main == plan.input; }

    static constexpr const auto& extent = training_extent<Net>;

    [[nodiscard]] float* at_image(const Buffer& buffer, int image) const {
        return maps_ + buffer.offset * batch_ + buffer.floats * image + buffer.inside;
    }

    [[nodiscard]] float* pass_bias(StepNumber s) const { return packed_ + pass(s).packed; }
    static Chw source_shape(StepNumber s) { return blend(step(s).blend).shape; }

    static const PassScratch& scratch(StepNumber s) { return training_scratch<Net>[scratch_entry(s)]; }

    [[nodiscard]] int slices_a_chunk(StepNumber s) const {
        return std::clamp(together(s) * Sizes::slices / count_, 1, std::max(1, Sizes::slices / threads_));
    }

    void lay_out(int threads) {
        const Sections<TrainingSection> sections = Sizes::sections(batch_, threads);
        const auto at = [&](TrainingSection section) { return arena_.data() + sections.offset(section); };
        maps_ = at(TrainingSection::maps);
        slots_ = at(TrainingSection::slots);
        biases_ = at(TrainingSection::biases);
        sums_ = new (at(TrainingSection::sums)) double[Sizes::doubles]{};
        packed_ = at(TrainingSection::packed);
        bn_ = at(TrainingSection::bn);
        gradient_ = at(TrainingSection::gradient);
        input_ = at(TrainingSection::input);
        output_ = at(TrainingSection::output);
        output_gradient_ = at(TrainingSection::output_gradient);
        value_gradients_ = at(TrainingSection::value_gradients);
    }

    void bind_convs() {
        conv_of_.assign(index(plan.forward_count), -1);
        for (StepNumber s{}; s < StepNumber{plan.forward_count}; ++s) {
            if (!has_products(step(s).op)) continue;
            const Node& node = graph[step(s).node];
            const Layout src = source_layout(graph, plan, step(s));
            conv_of_[index(s)] = static_cast<int>(convs_.size());
            convs_.push_back({src, node.shape, node.window, training_convs<Net>.value_of(s), packed_});
        }
    }

    void bind_bns() {
        bn_offset_.assign(index(graph.count()), 0);
        long offset = 0;
        for (NodeNumber i{}; i < graph.behind(); ++i) {
            if (role_of(graph[i].op) != Role::norm) continue;
            bn_offset_[index(i)] = offset;
            offset += 1L * block_count(graph[i].shape.c) * channel_block;
        }
    }

    int batch_;
    int threads_;
    int count_ = 0;
    Arena arena_;
    float* maps_ = nullptr;
    float* slots_ = nullptr;
    float* biases_ = nullptr;
    double* sums_ = nullptr;
    float* packed_ = nullptr;
    float* bn_ = nullptr;
    float* gradient_ = nullptr;
    float* input_ = nullptr;
    float* output_ = nullptr;
    float* output_gradient_ = nullptr;
    float* value_gradients_ = nullptr;
    std::vector<Ahead> ahead_;  ///< by slot
    std::vector<BoundConv> convs_;
    std::vector<int> conv_of_;     ///< by step
    std::vector<long> bn_offset_;  ///< by node
};

}  // namespace residua::detail::inline RESIDUA_ISA
