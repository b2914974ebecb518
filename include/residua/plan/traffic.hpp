#pragma once

#include <type_traits>

#include <residua/geometry/patches.hpp>
#include <residua/plan/inference.hpp>
#include <residua/plan/mode.hpp>
#include <residua/plan/parameters.hpp>
#include <residua/plan/training.hpp>

namespace residua::inline RESIDUA_ISA {

/// Bytes that the steps of a plan read and write if every step moves each of its maps and weights once: what is left
/// of memory traffic when nothing stays in a cache between steps, and nothing is moved twice within one.
struct Traffic {
    long map_bytes = 0;     ///< for one image
    long weight_bytes = 0;  ///< for a batch, however large

    [[nodiscard]] constexpr long bytes(long images) const { return images * map_bytes + weight_bytes; }
};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

inline constexpr long float_bytes = sizeof(float);

/// Floats of a step's weights and bias, batch normalisation folded in, transformed for minimal filtering unless bare.
constexpr long step_weights(const GraphView& graph, const InferenceStep& step) {
    const Node& node = graph[step.node];
    if (has_products(node.op) && step.algorithm != Algorithm::direct && !step.bare)
        return winograd_weight_floats(patch_size(step.algorithm), graph.source_shape(step.node).c, node.shape.c) +
               node.shape.c;
    if (!is_elementwise(node.op) && has_parameters(node.op)) return weight_count_of(graph, step.node) + node.shape.c;
    return step.bn != NodeNumber::none ? 2L * node.shape.c : 0;
}

template <int nodes>
constexpr Traffic inference_traffic(const GraphView& graph, const InferencePlan<nodes>& plan) {
    long maps = 0;
    long weights = 0;
    for (StepNumber s{}; s < StepNumber{plan.step_count}; ++s) {
        const InferenceStep& step = plan.steps[s];
        const MapNumber written = step.piece >= 0 ? step.src : step.dst;  // of a concatenation only what is copied
        for (const MapNumber map : {step.src, step.skip, written})
            if (map != MapNumber::none) maps += plan.layouts[map].shape.count();
        weights += step_weights(graph, step);
    }
    return {float_bytes * maps, float_bytes * weights};
}

/// Counts the floats of a training step for one image, in all or of one pass.
template <int nodes>
class TrainingTraffic {
  public:
    constexpr explicit TrainingTraffic(const TrainingPlan<nodes>& plan) : plan_{plan} {}

    constexpr long floats() const {
        long sum = 0;
        for (StepNumber s{}; s < StepNumber{plan_.forward_count}; ++s) sum += forward(step(s));
        for (PassNumber t{}; t < PassNumber{plan_.backward_count}; ++t) sum += backward(plan_.backward[t]);
        return sum;
    }

    constexpr long forward(const ForwardStep& at) const {
        if (at.piece >= 0) return source(at) + blend(at.blend).shape.count();
        return source(at) + (at.load == Load::compute_and_store ? map(blend(at.blend).stored) : 0) + map(at.dst);
    }

    constexpr long backward(const BackwardStep& pass) const {
        if (pass.repeats) return source(step(pass.step)) + map(step(pass.step).dst);
        long sum = 0;
        for (int i = 0; i < pass.restores; ++i) sum += restored(pass.first_restored + i, i > 0);
        bool has_operands = false;
        if (pass.step != StepNumber::none) {
            const ForwardStep& at = step(pass.step);
            sum += at.piece >= 0 ? blend(at.blend).shape.count() : result_gradient(at.dst);
            if (row_of(at.op).reads_source) {
                const MapNumber stored = plan_.backward_blends[at.blend].stored;
                has_operands = stored == MapNumber::none;
                sum += has_operands ? operands(blend(at.blend)) : map(stored);
            }
        }
        if (pass.blend == BlendNumber::none) return sum;
        const Blend& target = blend(pass.blend);
        const long gradient = target.shape.count();
        sum += gradient * (1 + pass.accumulates + pass.output);
        for (const Summand& from : pass.pulls)
            if (from.blend != BlendNumber::none) sum += pulled(from);
        if (pass.finishes && !target.plain() && !has_operands) sum += operands(target);
        return sum;
    }

  private:
    constexpr const ForwardStep& step(StepNumber s) const { return plan_.forward[s]; }
    constexpr const Blend& blend(BlendNumber b) const { return plan_.blends[b]; }
    constexpr long map(MapNumber m) const { return m == MapNumber::none ? 0 : plan_.maps[m].count(); }

    /// Reading a blend's value: its operands where it is computed.
    constexpr long operands(const Blend& of) const { return map(of.main) + map(of.skip); }
    constexpr long source(const ForwardStep& at) const {
        return at.load == Load::stored ? map(blend(at.blend).stored) : operands(blend(at.blend));
    }

    /// A value that was dropped and is computed again, from the one before if that has just been.
    constexpr long restored(int i, bool follows) const {
        const Blend& of = blend(plan_.restored[i]);
        const MapNumber before = follows ? blend(plan_.restored[i - 1]).stored : MapNumber::none;
        long sum = map(of.stored);
        for (const MapNumber summand : {of.main, of.skip})
            if (summand != before) sum += map(summand);
        return sum;
    }

    /// What the gradient of a map is computed from: its reader's gradient and, through BN, the map.
    constexpr long pulled(const Summand& from) const {
        const Blend& reader = blend(from.blend);
        return reader.shape.count() + (from.bn(reader) != NodeNumber::none ? map(from.map(reader)) : 0);
    }
    constexpr long result_gradient(MapNumber dst) const {
        if (dst == plan_.output) return map(dst);
        const BlendNumber reader = plan_.reader[dst];
        return pulled({reader, blend(reader).main != dst});
    }

    const TrainingPlan<nodes>& plan_;
};

/// Weights are read on the way forward and back and their gradients written; then the update reads weights, gradients
/// and velocities and writes weights and velocities.
template <int nodes>
constexpr Traffic training_traffic(const TrainingPlan<nodes>& plan, long parameters) {
    return {float_bytes * TrainingTraffic<nodes>(plan).floats(), 8 * float_bytes * parameters};
}

template <class Net, class Mode>
constexpr Traffic traffic_of() {
    if constexpr (std::is_same_v<Mode, Training>)
        return training_traffic(training_plan<Net>, parameter_count<Net>);
    else
        return inference_traffic(graph_of<Net>, inference_plan<Net>);
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The memory traffic of running (Inference) or training (Training, with its SGD update) the network:
/// `traffic<ResNet50, Inference>.bytes(16)`. Of wide registers: narrow ones transform some weights in advance that are
/// bare in the plan, and read more bytes of these.
template <class Net, class Mode>
inline constexpr Traffic traffic = detail::traffic_of<Net, Mode>();

}  // namespace residua::inline RESIDUA_ISA
