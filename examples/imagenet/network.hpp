#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "../support/training_run.hpp"
#include <residua/data/normalisation.hpp>
#include <residua/data/protocol.hpp>

/// What this program does with a network, without its type: types are compiled in few places (network_of.hpp), the
/// rest of the program once.
namespace imagenet {

/// A network with fixed weights for squares of one size.
class SquareNetwork {
  public:
    virtual ~SquareNetwork() = default;
    /// The outputs for the crops of an image, crops x classes.
    virtual std::vector<float> outputs(const residua::TestImage& image,
                                       const residua::Normalisation& normalisation) = 0;
};

class AnyNetwork : public support::Trainable {
  public:
    virtual int classes() const = 0;
    /// A network for each size of a protocol; all share one set of weights. \throws residua::FileError for wrong
    /// weights, std::invalid_argument for a size that the network cannot take.
    virtual std::vector<std::unique_ptr<SquareNetwork>> load(residua::SafetensorsFile weights,
                                                             const residua::Protocol& protocol, int threads) const = 0;
};

/// Defined in network_of.hpp, instantiated for every network of support/imagenet_networks.hpp.
template <class Net>
std::unique_ptr<AnyNetwork> make_network();

/// \throws std::invalid_argument for an unknown name.
std::unique_ptr<AnyNetwork> network_named(std::string_view name);

}  // namespace imagenet
