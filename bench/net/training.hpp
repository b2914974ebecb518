#pragma once

#include <algorithm>

#include "../support/repeat.hpp"
#include "measure.hpp"
#include <residua/exec/workspace.hpp>
#include <residua/plan/traffic.hpp>
#include <residua/train/initialise.hpp>
#include <residua/train/loss.hpp>
#include <residua/train/sgd.hpp>

/// Multiply-adds of a step for one image: forward, and back to weights and source; the first layer needs no gradient
/// of its source.
template <class Net>
constexpr long training_multiply_adds = [] {
    using namespace residua;
    int first = 0;
    while (graph_of<Net>[first].op != Op::conv) ++first;
    return 3 * multiply_adds<Net> - detail::node_multiply_adds(graph_of<Net>, first);
}();

template <class Net>
Measured measure_training(const Wanted& wanted) {
    using namespace residua;
    constexpr float rate = 0.01f;
    Weights<Net> weights = he_initialised<Net>(1);
    Weights<Net> velocity;
    std::ranges::fill(velocity.all(), 0.0f);
    Workspace<Net, Training> workspace(wanted.batch, wanted.threads);
    const Sgd sgd;
    const std::vector<float> images = random_values(wanted.batch * input_shape<Net>.count());
    std::vector<Label> labels(static_cast<std::size_t>(wanted.batch));
    for (std::size_t i = 0; i < labels.size(); ++i)
        labels[i] = static_cast<Label>(i % static_cast<std::size_t>(output_shape<Net>.count()));

    const auto step = [&] {
        const auto outputs = workspace.forward(weights, images, wanted.batch);
        softmax_cross_entropy(outputs, labels, workspace.output_gradient());
        sgd.step(workspace.team(), weights.trained(), workspace.backward(), velocity.trained(), rate);
    };
    return {.seconds = repeat(wanted.seconds, step),
            .flops = 2.0 * wanted.batch * static_cast<double>(training_multiply_adds<Net>),
            .bytes_moved = traffic<Net, Training>.bytes(wanted.batch),
            .workspace_bytes = workspace.bytes()};
}
