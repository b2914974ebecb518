#pragma once

#include "../support/repeat.hpp"
#include "measure.hpp"
#include <residua/exec/model.hpp>
#include <residua/plan/products.hpp>
#include <residua/plan/traffic.hpp>
#include <residua/train/initialise.hpp>

/// A network with random weights, folded, and a batch of random images for it.
template <class Net>
class InferenceRun {
  public:
    InferenceRun(int batch, int threads)
        : model_{residua::he_initialised<Net>(1)},
          workspace_{batch, threads},
          images_{random_values(batch * residua::input_shape<Net>.count())} {}

    void operator()() { model_.predict(images_, workspace_.batch(), workspace_); }

    [[nodiscard]] long workspace_bytes() const { return workspace_.bytes(); }

  private:
    residua::Model<Net> model_;
    residua::Workspace<Net, residua::Inference> workspace_;
    std::vector<float> images_;
};

template <class Net>
Measured measure_inference(const Wanted& wanted) {
    InferenceRun<Net> run(wanted.batch, wanted.threads);
    return {.seconds = repeat(wanted.seconds, run),
            .flops = 2.0 * wanted.batch * static_cast<double>(residua::multiply_adds<Net>),
            .products = 2.0 * wanted.batch * static_cast<double>(residua::products<Net, residua::Inference>),
            .bytes_moved = residua::traffic<Net, residua::Inference>.bytes(wanted.batch),
            .workspace_bytes = run.workspace_bytes()};
}
