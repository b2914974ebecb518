#include "../support/networks.hpp"

#include <stdexcept>

#include "network.hpp"

namespace cifar10 {

std::unique_ptr<AnyNetwork> network_named(std::string_view name) {
    std::unique_ptr<AnyNetwork> network;
    with_network(name, [&](auto known) { network = make_network<typename decltype(known)::Type>(); });
    if (!network)
        throw std::invalid_argument("--net: no network is called " + std::string(name) + ": known are " +
                                    network_names());
    return network;
}

}  // namespace cifar10
