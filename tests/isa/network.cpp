// Compiled once for each instruction set; RESIDUA_NETWORK is what others know it by.

#include "network.hpp"

#include <algorithm>
#include <cstddef>
#include <span>

#include <residua/io.hpp>
#include <residua/residua.hpp>
#include <residua/train/initialise.hpp>

namespace {

using namespace residua;

using Block = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ProjectionB>>;
struct Net : residua::Network<Input<3, 16, 16>, Conv<16, 3>, BN, ReLU, MaxPool<2>, Stage<1, 16, Block>,
                              Stage<1, 32, Block>, GlobalAvgPool, Linear<output_values>> {};
static_assert(input_shape<Net>.count() == image_values);

// A pointer: nothing of this file may run before it is known whether the processor can.
const Model<Net>* model = nullptr;

void load(const char* weights) {
    model = weights == nullptr ? new Model<Net>(he_initialised<Net>(1)) : new Model<Net>(load_model<Net>(weights));
}

void save(const char* weights) { save_safetensors(weights, he_initialised<Net>(1)); }

void predict(const float* images, int count, float* outputs) {
    Workspace<Net, Inference> workspace(count, 2);
    const auto size = static_cast<std::size_t>(count) * image_values;
    std::ranges::copy(model->predict(std::span(images, size), count, workspace), outputs);
}

}  // namespace

extern "C" const ::Network RESIDUA_NETWORK{load, save, predict};
