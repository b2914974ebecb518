#include <stdexcept>

#include "../support/imagenet_networks.hpp"
#include "network.hpp"

namespace imagenet {

std::unique_ptr<AnyNetwork> network_named(std::string_view name) {
    std::unique_ptr<AnyNetwork> network;
    with_imagenet_network(name, [&](auto known) { network = make_network<typename decltype(known)::Type>(); });
    if (!network)
        throw std::invalid_argument("--net: no network is called " + std::string(name) + ": known are " +
                                    imagenet_network_names());
    return network;
}

}  // namespace imagenet
