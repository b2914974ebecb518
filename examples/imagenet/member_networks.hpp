#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "commands.hpp"
#include "network.hpp"

namespace imagenet {

/// One network with its weights and their normalisation, ready for each size of a protocol.
class MemberNetworks {
  public:
    /// `normalise` as for support::normalisation_for. \throws std::invalid_argument without weights: says where to get
    /// some.
    MemberNetworks(const Member& member, const residua::Protocol& protocol, const std::string& normalise, int threads);

    int classes() const { return classes_; }

    /// As the weights remember them, by label: maybe fewer than there are classes, or none.
    const std::vector<std::string>& class_names() const { return class_names_; }

    /// The outputs at size `scale` of the protocol, crops x classes.
    std::vector<float> outputs(std::size_t scale, const residua::TestImage& image) {
        return networks_[scale]->outputs(image, normalisation_);
    }

  private:
    MemberNetworks(const AnyNetwork& network, residua::SafetensorsFile weights, const residua::Protocol& protocol,
                   const std::string& normalise, int threads);

    int classes_;
    std::vector<std::string> class_names_;
    residua::Normalisation normalisation_;
    std::vector<std::unique_ptr<SquareNetwork>> networks_;
};

}  // namespace imagenet
