#include <cstdio>

#include "../support/networks.hpp"
#include "commands.hpp"
#include <residua/model.hpp>

namespace cifar10 {

int describe(const std::string& net) {
    const bool known = with_network(net, [](auto network) {
        using Net = typename decltype(network)::Type;
        std::fputs(residua::describe<Net>(residua::Repeats::folded).c_str(), stdout);
    });
    if (!known) throw std::invalid_argument("no network is called " + net + ": known are " + network_names());
    return 0;
}

}  // namespace cifar10
