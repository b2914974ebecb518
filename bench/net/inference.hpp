#pragma once

#include "../support/repeat.hpp"
#include "measure.hpp"
#include <residua/exec/model.hpp>
#include <residua/plan/traffic.hpp>
#include <residua/train/initialise.hpp>

template <class Net>
Measured measure_inference(const Wanted& wanted) {
    using namespace residua;
    const Model<Net> model(he_initialised<Net>(1));
    Workspace<Net, Inference> workspace(wanted.batch, wanted.threads);
    const std::vector<float> images = random_values(wanted.batch * input_shape<Net>.count());
    return {.seconds = repeat(wanted.seconds, [&] { model.predict(images, wanted.batch, workspace); }),
            .flops = 2.0 * wanted.batch * static_cast<double>(multiply_adds<Net>),
            .bytes_moved = traffic<Net, Inference>.bytes(wanted.batch),
            .workspace_bytes = workspace.bytes()};
}
