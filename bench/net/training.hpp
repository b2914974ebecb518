#pragma once

#include <algorithm>

#include "../support/repeat.hpp"
#include "measure.hpp"
#include <residua/exec/workspace.hpp>
#include <residua/plan/layerwise_traffic.hpp>
#include <residua/plan/products.hpp>
#include <residua/train/initialise.hpp>
#include <residua/train/loss.hpp>
#include <residua/train/sgd.hpp>
#include <residua/train/trained_values.hpp>

/// Multiply-adds of a step for one image: forward, and back to weights and source; the first layer needs no gradient
/// of its source.
template <class Net>
constexpr long training_multiply_adds = [] {
    using namespace residua;
    int first = 0;
    while (graph_of<Net>[first].op != Op::conv) ++first;
    return 3 * multiply_adds<Net> - detail::node_multiply_adds(graph_of<Net>, first);
}();

/// A network in training, always on the same random images.
template <class Net>
class TrainingRun {
  public:
    TrainingRun(int batch, int threads)
        : weights_{residua::he_initialised<Net>(1)},
          workspace_{batch, threads},
          labels_(static_cast<std::size_t>(batch)) {
        std::ranges::copy(random_values(batch * residua::input_shape<Net>.count()), workspace_.images().begin());
        for (std::size_t i = 0; i < labels_.size(); ++i)
            labels_[i] = static_cast<residua::Label>(i % static_cast<std::size_t>(residua::output_shape<Net>.count()));
    }

    /// One step: forward, loss, backward, weight update.
    void operator()() {
        constexpr float rate = 0.01f;
        const auto outputs = workspace_.forward(weights_, workspace_.images(), static_cast<int>(labels_.size()));
        residua::softmax_cross_entropy(outputs, labels_, workspace_.output_gradient());
        sgd_.step(workspace_.team(), weights_.trained(), workspace_.backward(), velocity_.all(), rate);
    }

    [[nodiscard]] long workspace_bytes() const { return workspace_.bytes(); }

  private:
    residua::Weights<Net> weights_;
    residua::TrainedValues<Net> velocity_;
    residua::Workspace<Net, residua::Training> workspace_;
    residua::Sgd sgd_;
    std::vector<residua::Label> labels_;
};

template <class Net>
Measured measure_training(const Wanted& wanted) {
    TrainingRun<Net> run(wanted.batch, wanted.threads);
    return {.seconds = repeat(wanted.seconds, run),
            .flops = 2.0 * wanted.batch * static_cast<double>(training_multiply_adds<Net>),
            .products = 2.0 * wanted.batch * static_cast<double>(residua::products<Net, residua::Training>),
            .bytes_moved = residua::traffic<Net, residua::Training>.bytes(wanted.batch),
            .bytes_layerwise = residua::layerwise_traffic<Net>.bytes(wanted.batch),
            .workspace_bytes = run.workspace_bytes()};
}
