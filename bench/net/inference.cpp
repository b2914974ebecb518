#include "../../examples/support/networks.hpp"
#include "measure.hpp"
#include "repeat.hpp"
#include <residua/exec/model.hpp>
#include <residua/train/initialise.hpp>

namespace {

using namespace residua;

template <class Net>
Measured measure(const Wanted& wanted) {
    const Model<Net> model(he_initialised<Net>(1));
    Workspace<Net, Inference> workspace(wanted.batch, wanted.threads);
    const std::vector<float> images = random_values(wanted.batch * input_shape<Net>.count());
    return {.seconds = repeat(wanted.seconds, [&] { model.predict(images, wanted.batch, workspace); }),
            .flops = 2.0 * wanted.batch * static_cast<double>(multiply_adds<Net>),
            .workspace_bytes = workspace.bytes()};
}

}  // namespace

Measured measure_inference(std::string_view net, const Wanted& wanted) {
    Measured measured;
    with_network(net, [&](auto known) { measured = measure<typename decltype(known)::Type>(wanted); });
    return measured;
}
