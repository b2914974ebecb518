#pragma once

#include <algorithm>
#include <array>

#include "../support/repeat.hpp"
#include "measure.hpp"
#include "step_runner.hpp"
#include <residua/plan/summary.hpp>

/// The words of a step: "Conv 3x3 stride 2+BN+ReLU".
template <class Net>
std::string operation_of(const residua::InferenceStep& step) {
    using namespace residua;
    const auto activations = detail::activation_kinds<ActivationsOf<Net>>();
    std::string words = detail::kind_of(graph_of<Net>[step.node], activations);
    std::erase(words, ',');
    if (step.algorithm == Algorithm::winograd2) words += " winograd2";
    if (step.algorithm == Algorithm::winograd4) words += " winograd4";
    if (step.bn >= 0 && step.bn != step.node) words += "+BN";
    if (step.skip >= 0 && step.op != Op::add) words += "+Add";
    if (step.activation >= 0 && step.op != Op::activation)
        words += '+' + std::string(activations[static_cast<std::size_t>(step.activation)]);
    return words;
}

inline std::string spelled(const residua::Chw& shape) {
    std::string text = residua::detail::spelled(shape);
    std::erase(text, ' ');
    return text;
}

/// What the steps are; their times are not set.
template <class Net>
std::vector<MeasuredStep> list_steps() {
    using namespace residua;
    constexpr const auto& plan = inference_plan<Net>;
    std::vector<MeasuredStep> steps;
    for (int s = 0; s < plan.step_count; ++s) {
        const InferenceStep& step = plan.steps[static_cast<std::size_t>(s)];
        steps.push_back({.layer = module_name(graph_of<Net>[step.node].name),
                         .operation = operation_of<Net>(step),
                         .src = spelled(plan.layouts[static_cast<std::size_t>(step.src)].shape),
                         .dst = spelled(plan.layouts[static_cast<std::size_t>(step.dst)].shape),
                         .flops = 2.0 * static_cast<double>(detail::node_multiply_adds(graph_of<Net>, step.node))});
    }
    return steps;
}

/// Times every step within passes through the whole plan, so that a step finds the cache as it does in earnest.
template <class Net>
std::vector<MeasuredStep> measure_steps(double seconds) {
    using Clock = std::chrono::steady_clock;
    using Runner = StepRunner<Net>;
    Runner runner(random_values(residua::input_shape<Net>.count()));
    std::array<std::vector<double>, Runner::count> times;
    repeat(seconds, [&] {
        for (int step = 0; step < Runner::count; ++step) {
            const auto start = Clock::now();
            runner.run(step);
            times[static_cast<std::size_t>(step)].push_back(
                std::chrono::duration<double>(Clock::now() - start).count());
        }
    });
    std::vector<MeasuredStep> steps = list_steps<Net>();
    for (std::size_t s = 0; s < steps.size(); ++s) {
        steps[s].median = median(times[s]);
        steps[s].fastest = std::ranges::min(times[s]);
    }
    return steps;
}
