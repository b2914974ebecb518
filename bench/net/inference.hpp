#pragma once

#include "../support/repeat.hpp"
#include "measure.hpp"
#include "weight_file.hpp"
#include <residua/io/model.hpp>
#include <residua/lower/products.hpp>
#include <residua/plan/traffic.hpp>
#include <residua/train/initialise.hpp>

/// A model with random weights from a file that another process has written: what this process needs at most is then
/// what any needs that loads a model. To be called before there are threads.
template <class Net>
residua::Model<Net> loaded_model() {
    const WeightFile file(
        [](const std::filesystem::path& path) { residua::save_safetensors(path, residua::he_initialised<Net>(1)); });
    return residua::load_model<Net>(file.path());
}

/// A network with random weights, folded, and a batch of random images for it.
template <class Net>
class InferenceRun {
  public:
    InferenceRun(int batch, int threads)
        : model_{loaded_model<Net>()},
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
            .products = 2.0 * wanted.batch *
                        static_cast<double>(wanted.batch == 1 ? residua::products<Net, residua::Inference>
                                                              : residua::products<Net, residua::Inference, true>),
            .bytes_moved = residua::traffic<Net, residua::Inference>.bytes(wanted.batch),
            .workspace_bytes = run.workspace_bytes()};
}
