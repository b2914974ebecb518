#pragma once

#include <memory>
#include <type_traits>
#include <vector>

#include <residua/exec/pack_all.hpp>
#include <residua/exec/parameter_values.hpp>
#include <residua/exec/run_inference.hpp>
#include <residua/lower/inference_kernels.hpp>
#include <residua/lower/taps.hpp>
#include <residua/op/bn/run.hpp>
#include <residua/op/bound_step.hpp>
#include <residua/op/conv/lower.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// A network's weights as inference wants them: statistics folded in, packed for the kernels, bound to their steps.
template <class Net>
class Frozen {
  public:
    /// Packs with so many threads; the bits do not depend on their number. \throws std::invalid_argument if threads
    /// < 1.
    explicit Frozen(const ParameterValues& values, int threads = 1) {
        const auto packed = std::make_shared<Arena>(static_cast<std::size_t>(for_weights([](StepNumber, long) {})));
        std::vector<std::vector<float>> scales;
        std::vector<ConvPacking> packings;
        for_weights([&](StepNumber s, long offset) {
            float* weight = packed->data() + offset;
            scales.push_back(fold(s, values, weight + weight_floats(s)));
            if (is_elementwise(s)) std::ranges::copy(scales.back(), weight);
            if (has_products(step(s).op)) packings.push_back(packing(s, values, scales.back().data(), weight));
            if (pass(s).has_weights()) pack_pass(s, values, scales.back().data(), weight);
        });
        pack_all(packings, threads, values.release);
        packed_ = packed;
        bind();
    }

    /// Shares the packed weights of the same network for another size of input.
    template <class Other>
    explicit Frozen(const Frozen<Other>& other) : packed_{other.packed_} {
        using Verdict = std::conditional_t<same_packing<Other>(), Accepted, WeightsNotShared<Wanted<Net>, Got<Other>>>;
        static_assert(sizeof(typename Verdict::template Enforce<Net>) > 0);
        bind();
    }

    [[nodiscard]] const std::vector<BoundStep>& steps() const { return steps_; }
    /// Whether threads share the rows of the image that is loaded.
    [[nodiscard]] static constexpr bool shares_input() { return layout(plan.input).shape.count() >= shared_values; }

    /// The network's input and output of the first image of a share.
    [[nodiscard]] MapView<float> input(const Share& share) const { return end(share, plan.input); }
    [[nodiscard]] MapView<const float> output(const Share& share) const { return end(share, plan.output); }

  private:
    template <class Other>
    friend class Frozen;

    static MapView<float> end(const Share& share, MapNumber map) {
        return {share.map(share.grouped ? group_offset(map) : offset_of(map), 0), layout(map)};
    }

    /// Whether all weights lie in the same places and in the same order.
    template <class Other>
    static constexpr bool same_packing() {
        if (plan.step_count != Frozen<Other>::plan.step_count) return false;
        for (StepNumber s{}; s < StepNumber{plan.step_count}; ++s) {
            const auto& one = inference_kernels<Net>.value_of(kernel_entry(s));
            const auto& two = inference_kernels<Other>.value_of(kernel_entry(s));
            const bool bare = step(s).bare;
            if (step(s).op != Frozen<Other>::step(s).op || bare != Frozen<Other>::step(s).bare ||
                (!bare && one.algorithm != two.algorithm) || one.tiling.dst_blocks != two.tiling.dst_blocks ||
                one.tiling.run != two.tiling.run || one.choice != two.choice ||
                weight_floats(s) != Frozen<Other>::weight_floats(s) || bias_floats(s) != Frozen<Other>::bias_floats(s))
                return false;
        }
        return true;
    }

    static constexpr const auto& plan = inference_plan<Net>;
    static constexpr const auto& graph = graph_of<Net>;

    /// Values of a map and weights below which a second thread costs more than it computes.
    static constexpr long shared_values = 1024;
    static constexpr long shared_weights = 64 * 1024;
    /// Threads share a step's dst channels, not its rows, if its weights are more than so many times its source:
    /// docs/decisions/0004.
    static constexpr long large_weights = 8;

    static constexpr InferenceStep step(StepNumber s) { return step_of(plan, s); }
    static constexpr const Layout& layout(MapNumber map) { return plan.layouts[map]; }
    static MapOffset offset_of(MapNumber map) { return {plan.buffers[map].offset, 0}; }
    static MapOffset group_offset(MapNumber map) {
        const long step = image_groups<Net>.of_all[map] ? layout(outermost(plan.inside, map).map).count() : 0;
        return {image_groups<Net>.buffers[map].offset, step};
    }
    static constexpr bool is_elementwise(StepNumber s) { return detail::is_elementwise(step(s).op); }
    static constexpr const WeightedPass& pass(StepNumber s) { return inference_passes<Net>[s]; }
    static constexpr WeightOrder order(StepNumber s) {
        const Node& node = graph[step(s).node];
        return forward_order(layout(step(s).src), node.shape.c, node.window,
                             inference_kernels<Net>.value_of(kernel_entry(s)).tiling);
    }
    static constexpr long bias_floats(StepNumber s) {
        const bool has_bias = has_products(step(s).op) || is_elementwise(s) || pass(s).has_weights();
        return has_bias ? 1L * layout(step(s).dst).blocks() * channel_block : 0;
    }
    static constexpr long weight_floats(StepNumber s) {
        if (is_elementwise(s)) return bias_floats(s);
        if (!has_products(step(s).op)) return pass(s).packed;
        if (step(s).algorithm == Algorithm::direct) return order(s).count();
        const int src_channels = layout(step(s).src).shape.c;
        const int dst_channels = layout(step(s).dst).shape.c;
        if (step(s).bare) return bare_weight_floats(src_channels, dst_channels);
        return winograd_weight_floats(patch_size(step(s).algorithm), src_channels, dst_channels);
    }

    /// Calls `visit(step, offset)` with the offset in floats where each step's weights begin, and returns where all
    /// end.
    template <class Visit>
    static long for_weights(const Visit& visit) {
        long offset = 0;
        for (StepNumber s{}; s < StepNumber{plan.step_count}; ++s) {
            visit(s, offset);
            offset += weight_floats(s) + bias_floats(s);
        }
        return offset;
    }

    void bind() {
        steps_.resize(static_cast<std::size_t>(plan.step_count));
        for_weights([&](StepNumber s, long offset) { bind(s, packed_->data() + offset); });
    }

    void bind(StepNumber s, const float* floats) {
        BoundStep& bound = steps_[index(s)];
        bound.node = &graph[step(s).node];
        bound.window = bound.node->window;
        bound.src = layout(step(s).src);
        bound.dst = layout(step(s).dst);
        const MapNumber skip = step(s).skip != MapNumber::none ? step(s).skip : step(s).src;
        bound.skip = layout(skip);
        bound.one = {offset_of(step(s).src), offset_of(skip), offset_of(step(s).dst)};
        bound.group = {group_offset(step(s).src), group_offset(skip), group_offset(step(s).dst)};
        if (step(s).piece >= 0) bound.first_channel = first_channel(graph, step(s).node, step(s).piece);
        bound.weight = floats;
        bound.bias = floats + weight_floats(s);
        bound.shared = bound.dst.shape.count() >= shared_values || weight_floats(s) >= shared_weights;
        if (!has_products(step(s).op)) return;
        const bool several_tiles = bound.dst.blocks() > tile_blocks(bound.dst.shape.c);
        bound.by_tiles = several_tiles && weight_floats(s) > large_weights * bound.src.count();
        if (step(s).algorithm != Algorithm::direct) {
            const int together = s < image_groups<Net>.first_step ? 1 : group_images;
            bound.one.patches = patch_group_of(graph, plan, step(s), 1);
            bound.group.patches = patch_group_of(graph, plan, step(s), together);
            return;
        }
        bound.flat = is_flat(graph, plan, step(s));
        const auto& taps = taps_for(bound.src, bound.window);
        bound.taps = taps.data();
        bound.tap_count = static_cast<int>(taps.size());
    }

    /// Equal steps share their taps.
    const std::vector<std::ptrdiff_t>& taps_for(const Layout& src, const Window& window) {
        for (const auto& known : taps_)
            if (known->src == src && known->window == window) return known->taps;
        taps_.push_back(std::make_unique<Taps>(Taps{src, window, forward_taps(src, window)}));
        return taps_.back()->taps;
    }

    /// BN with fixed statistics is a scale and a shift per channel; the scale goes into the weights before it, the
    /// shift into their bias.
    static std::vector<float> fold(StepNumber s, const ParameterValues& values, float* bias) {
        std::vector<float> scale(static_cast<std::size_t>(bias_floats(s) > 0 ? layout(step(s).dst).shape.c : 0), 1.0f);
        const float* own_bias = !is_elementwise(s) ? values.of(step(s).node, Member::bias) : nullptr;
        for (std::size_t c = 0; c < scale.size(); ++c) {
            double shift = own_bias != nullptr ? own_bias[c] : 0.0;
            if (step(s).bn != NodeNumber::none) {
                const auto of_bn = [&](Member member) -> double { return values.of(step(s).bn, member)[c]; };
                const FoldedBn bn = fold_bn(of_bn(Member::weight), of_bn(Member::bias), of_bn(Member::running_mean),
                                            of_bn(Member::running_var), shift);
                scale[c] = static_cast<float>(bn.factor);
                shift = bn.shift;
            }
            bias[c] = static_cast<float>(shift);
        }
        return scale;
    }

    static void pack_pass(StepNumber s, const ParameterValues& values, const float* scale, float* packed) {
        const auto pack = pack_functions<Net>[static_cast<std::size_t>(inference_kernels<Net>.of[kernel_entry(s)])];
        pack(graph[step(s).node], layout(step(s).src).shape, values.of(step(s).node, Member::weight), scale, packed);
    }

    static ConvPacking packing(StepNumber s, const ParameterValues& values, const float* scale, float* packed) {
        const Layout& src = layout(step(s).src);
        const Window& window = graph[step(s).node].window;
        return {.rows = {.weights = values.of(step(s).node, Member::weight),
                         .length = 1L * src.shape.c * window.taps(),
                         .dst_channels = layout(step(s).dst).shape.c,
                         .scale = scale},
                .src = src,
                .window = window,
                .algorithm = step(s).algorithm,
                .bare = step(s).bare,
                .order = order(s),
                .packed = packed};
    }

    struct Taps {
        Layout src;
        Window window;
        std::vector<std::ptrdiff_t> taps;
    };

    std::shared_ptr<const Arena> packed_;
    std::vector<std::unique_ptr<Taps>> taps_;
    std::vector<BoundStep> steps_;
};

}  // namespace residua::detail::inline RESIDUA_ISA
