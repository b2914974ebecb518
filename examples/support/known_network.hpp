#pragma once

#include <string>
#include <string_view>

/// A network a user can ask for by name. A list of them is a function `any(visit)` that calls `visit(known)` for each,
/// as long as it returns false, and returns whether one returned true.
template <class Network>
struct Known {
    using Type = Network;
    std::string_view name;
};

/// Calls `run(known)` for the network of this name in a list; false for an unknown name.
template <class Any, class Run>
bool with_known(const Any& any, std::string_view name, Run&& run) {
    return any([&](auto known) {
        if (known.name != name) return false;
        run(known);
        return true;
    });
}

/// The names in a list, "resnet20, resnet32, ...": for messages.
template <class Any>
std::string names_of(const Any& any) {
    std::string names;
    any([&](auto known) {
        names += (names.empty() ? "" : ", ") + std::string(known.name);
        return false;
    });
    return names;
}
