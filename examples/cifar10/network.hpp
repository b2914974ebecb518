#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "../support/training_run.hpp"
#include <residua/data/labelled_images.hpp>
#include <residua/data/normalisation.hpp>

/// What this program does with a network, without its type: types are compiled in few places (network_of.hpp), the
/// rest of the program once.
namespace cifar10 {

/// One array of a training step.
struct NamedArray {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

class AnyNetwork : public support::Trainable {
  public:
    virtual std::unique_ptr<support::Predictor> load(residua::SafetensorsFile weights, int batch,
                                                     int threads) const = 0;
    /// Loss, outputs, gradients and moved running statistics of one training step on all `images`.
    virtual std::vector<NamedArray> gradients(const residua::SafetensorsFile& weights, residua::ImagesView images,
                                              const residua::Normalisation& normalisation, int threads) const = 0;
};

/// Defined in network_of.hpp, instantiated for every network of support/networks.hpp.
template <class Net>
std::unique_ptr<AnyNetwork> make_network();

/// \throws std::invalid_argument for an unknown name.
std::unique_ptr<AnyNetwork> network_named(std::string_view name);

}  // namespace cifar10
