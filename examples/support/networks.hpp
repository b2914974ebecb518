#pragma once

#include "known_network.hpp"
#include <residua/model/cifar.hpp>

/// Calls `visit(known)` for each CIFAR-10 network, as long as it returns false; whether one returned true.
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
    return with_known([](auto visit) { return any_network(visit); }, name, run);
}

/// "resnet20, resnet32, ...": for messages.
inline std::string network_names() {
    return names_of([](auto visit) { return any_network(visit); });
}
