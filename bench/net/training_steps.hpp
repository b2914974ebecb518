#pragma once

#include "measure.hpp"
#include "timed_parts.hpp"
#include "training_runner.hpp"
#include "words.hpp"
#include <residua/plan/traffic.hpp>

/// Says what the parts of a training step are.
template <class Net>
class TrainingWords {
  public:
    explicit TrainingWords(int batch) : batch_{batch} {}

    /// `phase` counts phases from the start of the training step.
    [[nodiscard]] MeasuredStep step_of(const Part& part, int phase) const {
        MeasuredStep step = words_of(part);
        step.phase = phase;
        return step;
    }

  private:
    using StepNumber = residua::detail::StepNumber;
    using Sizes = residua::detail::TrainingSizes<Net>;
    static constexpr const auto& plan = residua::training_plan<Net>;
    static constexpr const auto& graph = residua::graph_of<Net>;
    static constexpr long float_bytes = sizeof(float);

    [[nodiscard]] MeasuredStep words_of(const Part& part) const {
        switch (part.work) {
            case Work::images:
                return {.operation = "images"};
            case Work::pack_forward:
                return pack(StepNumber{part.step}, part.last - part.first);
            case Work::forward:
                return forward(plan.forward[StepNumber{part.step}], StepNumber{part.step});
            case Work::statistics:
                return named(StepNumber{part.step}, "statistics");
            case Work::loss:
                return {.operation = "loss"};
            case Work::pack_backward:
                return pack(plan.backward[residua::detail::PassNumber{part.step}].step, part.last - part.first);
            case Work::backward:
                return backward(plan.backward[residua::detail::PassNumber{part.step}]);
            case Work::bn_gradient:
                return named(plan.backward[residua::detail::PassNumber{part.step}].step, "BN gradient");
            case Work::weight_gradient:
                return weight_gradient(plan.backward[residua::detail::PassNumber{part.step}].step,
                                       part.last - part.first);
            case Work::update:
                break;
        }
        constexpr long parameters = residua::parameter_count<Net>;
        return {.operation = "update",
                .pieces = static_cast<int>((parameters + residua::Sgd::piece - 1) / residua::Sgd::piece),
                .weight_bytes = 5 * float_bytes * parameters};
    }

    static MeasuredStep named(StepNumber s, const char* operation) {
        if (s == StepNumber::none) return {.operation = operation};
        return {.layer = residua::detail::module_name(graph[plan.forward[s].node].name), .operation = operation};
    }

    [[nodiscard]] static MeasuredStep pack(StepNumber s, int pieces) {
        MeasuredStep step = named(s, "pack");
        step.pieces = pieces;
        return step;
    }

    /// What the forward and backward pass of a step have in common: slices with the images' maps.
    [[nodiscard]] MeasuredStep pass(StepNumber s, const std::string& direction, int operations, long floats) const {
        using namespace residua;
        MeasuredStep words = named(s, "");
        words.operation = direction;
        words.pieces = std::min(Sizes::slices, batch_);
        words.map_bytes = batch_ * float_bytes * floats;
        if (s == StepNumber::none) return words;
        const detail::ForwardStep& step = plan.forward[s];
        const bool conv = detail::has_products(step.op);
        words.operation +=
            ' ' + kind_of<Net>(step.node, conv ? detail::training_convs<Net>.value_of(s).algorithm : Algorithm::direct);
        words.src = spelled(plan.blends[step.blend].shape);
        words.dst = step.dst == detail::MapNumber::none ? words.src : spelled(plan.maps[step.dst]);
        words.flops = operations * flops(s);
        return words;
    }
    [[nodiscard]] MeasuredStep forward(const residua::detail::ForwardStep& step, StepNumber s) const {
        return pass(s, "forward", 1, residua::detail::TrainingTraffic(plan).forward(step));
    }
    [[nodiscard]] MeasuredStep backward(const residua::detail::BackwardStep& step) const {
        if (step.repeats) return pass(step.step, "repeat", 1, residua::detail::TrainingTraffic(plan).backward(step));
        const bool weights = step.step != StepNumber::none && !is_whole_batch(step.step);
        return pass(step.step, step.restores > 0 ? "restore" : "backward",
                    weights + (step.blend != residua::detail::BlendNumber::none),
                    residua::detail::TrainingTraffic(plan).backward(step));
    }
    /// A gradient over the whole batch is computed here; the others are only added up.
    [[nodiscard]] MeasuredStep weight_gradient(StepNumber s, int pieces) const {
        MeasuredStep step = named(s, "weight gradient");
        step.pieces = pieces;
        if (is_whole_batch(s)) step.flops = flops(s);
        return step;
    }

    static bool is_whole_batch(StepNumber s) {
        return residua::detail::has_products(plan.forward[s].op) &&
               residua::detail::training_convs<Net>.value_of(s).whole_batch;
    }
    [[nodiscard]] double flops(StepNumber s) const {
        return 2.0 * batch_ * static_cast<double>(residua::detail::node_multiply_adds(graph, plan.forward[s].node));
    }

    int batch_;
};

template <class Net>
std::vector<MeasuredStep> measure_training_steps(const Wanted& wanted) {
    TrainingRunner<Net> runner(wanted.batch);
    const std::vector<Part> parts = runner.parts();
    const TrainingWords<Net> words(wanted.batch);
    std::vector<MeasuredStep> steps;
    int phase = 0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const bool same = i > 0 && parts[i].phase == parts[i - 1].phase && parts[i].first == parts[i - 1].last;
        if (i > 0 && !same) ++phase;
        steps.push_back(words.step_of(parts[i], phase));
    }
    time_parts(wanted.seconds, steps, [&](std::size_t i) { runner.run(parts[i]); });
    return steps;
}
