#pragma once

#include "measure.hpp"
#include "step_runner.hpp"
#include "timed_parts.hpp"
#include "words.hpp"
#include <residua/plan/traffic.hpp>

/// The words of a step: "Conv 3x3 stride 2+BN+ReLU".
template <class Net>
std::string operation_of(const residua::detail::InferenceStep& step) {
    using namespace residua;
    const auto activations = detail::activation_kinds<ActivationsOf<Net>>();
    std::string words = kind_of<Net>(step.node, step.algorithm);
    if (step.bn != detail::NodeNumber::none && step.bn != step.node) words += "+BN";
    if (step.skip != detail::MapNumber::none && detail::role_of(step.op) != detail::Role::sum) words += "+Add";
    if (step.activation >= 0 && detail::role_of(step.op) != detail::Role::function)
        words += '+' + std::string(activations[static_cast<std::size_t>(step.activation)]);
    return words;
}

/// What the steps of an image are; their times are not set.
template <class Net>
std::vector<MeasuredStep> list_inference_steps(const StepRunner<Net>& runner) {
    using namespace residua;
    constexpr const auto& plan = inference_plan<Net>;
    const int rows = detail::Frozen<Net>::shares_input() ? input_shape<Net>.h : 1;
    std::vector<MeasuredStep> steps{{.operation = "load", .pieces = rows}};
    for (detail::StepNumber s{}; s < detail::StepNumber{plan.step_count}; ++s) {
        const detail::InferenceStep step = detail::step_of(plan, s);
        long maps = 0;
        for (const detail::MapNumber map : {step.src, step.skip, step.dst})
            if (map != detail::MapNumber::none) maps += plan.layouts[map].shape.count();
        steps.push_back({.layer = module_name(graph_of<Net>[step.node].name),
                         .operation = operation_of<Net>(step),
                         .src = spelled(plan.layouts[step.src].shape),
                         .dst = spelled(plan.layouts[step.dst].shape),
                         .phase = place_of(s) + 1,
                         .pieces = runner.pieces(s),
                         .flops = 2.0 * static_cast<double>(detail::node_multiply_adds(graph_of<Net>, step.node)),
                         .map_bytes = detail::float_bytes * maps,
                         .weight_bytes = detail::float_bytes * detail::step_weights(graph_of<Net>, step)});
    }
    steps.push_back({.operation = "store", .phase = plan.step_count + 1});
    return steps;
}

template <class Net>
std::vector<MeasuredStep> measure_inference_steps(const Wanted& wanted) {
    StepRunner<Net> runner(random_values(residua::input_shape<Net>.count()));
    std::vector<MeasuredStep> steps = list_inference_steps(runner);
    time_parts(wanted.seconds, steps, [&](std::size_t i) { runner.run(static_cast<int>(i)); });
    return steps;
}
