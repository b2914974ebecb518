#pragma once

#include <string>
#include <string_view>

#include <residua/model/cifar.hpp>

/// The networks a user can ask for by name.
template <class Network>
struct Known {
    using Type = Network;
    std::string_view name;
};

/// Calls `visit(known)` for each network, as long as it returns false; whether one returned true.
template <class Visit>
bool any_network(Visit&& visit) {
    using namespace residua;
    return visit(Known<ResNet20>{"resnet20"}) || visit(Known<ResNet32>{"resnet32"}) ||
           visit(Known<ResNet44>{"resnet44"}) || visit(Known<ResNet56>{"resnet56"}) ||
           visit(Known<ResNet110>{"resnet110"}) || visit(Known<ResNet1202>{"resnet1202"}) ||
           visit(Known<Plain20>{"plain20"}) || visit(Known<Plain32>{"plain32"}) || visit(Known<Plain44>{"plain44"}) ||
           visit(Known<Plain56>{"plain56"}) || visit(Known<Plain110>{"plain110"});
}

/// Calls `run(known)`, where `typename decltype(known)::Type` is the network of this name; false for an unknown name.
template <class Run>
bool with_network(std::string_view name, Run&& run) {
    return any_network([&](auto known) {
        if (known.name != name) return false;
        run(known);
        return true;
    });
}

/// "resnet20, resnet32, ...": for messages.
inline std::string network_names() {
    std::string names;
    any_network([&](auto known) {
        names += (names.empty() ? "" : ", ") + std::string(known.name);
        return false;
    });
    return names;
}
