#pragma once

#include <cstdio>
#include <stdexcept>
#include <string>

#include "known_network.hpp"
#include <residua/model.hpp>

namespace support {

/// Prints the layers and costs of the network of this name in a list, equal blocks once. \throws std::invalid_argument
/// for an unknown name.
template <class Any>
void describe_known(const Any& any, const std::string& net) {
    const bool known = with_known(any, net, [](auto network) {
        using Net = typename decltype(network)::Type;
        std::fputs(residua::describe<Net>(residua::Repeats::folded).c_str(), stdout);
    });
    if (!known) throw std::invalid_argument("no network is called " + net + ": known are " + names_of(any));
}

}  // namespace support
