#pragma once

#include "known_network.hpp"
#include <residua/model/imagenet.hpp>
#include <residua/model/vgg.hpp>

/// Calls `visit(known)` for each ImageNet network, as long as it returns false; whether one returned true.
template <class Visit>
bool any_imagenet_network(Visit&& visit) {
    using namespace residua;
    return visit(Known<ResNet18>{"resnet18"}) || visit(Known<ResNet34>{"resnet34"}) ||
           visit(Known<ResNet50>{"resnet50"}) || visit(Known<ResNet101>{"resnet101"}) ||
           visit(Known<ResNet152>{"resnet152"}) || visit(Known<ResNet50V15>{"resnet50-v1.5"}) ||
           visit(Known<ResNet101V15>{"resnet101-v1.5"}) || visit(Known<ResNet152V15>{"resnet152-v1.5"}) ||
           visit(Known<Plain18>{"plain18"}) || visit(Known<Plain34>{"plain34"}) || visit(Known<Vgg16>{"vgg16"}) ||
           visit(Known<Vgg19>{"vgg19"});
}

/// Calls `run(known)`, where `typename decltype(known)::Type` is the network of this name; false for an unknown name.
template <class Run>
bool with_imagenet_network(std::string_view name, Run&& run) {
    return with_known([](auto visit) { return any_imagenet_network(visit); }, name, run);
}

/// "resnet18, resnet34, ...": for messages.
inline std::string imagenet_network_names() {
    return names_of([](auto visit) { return any_imagenet_network(visit); });
}
