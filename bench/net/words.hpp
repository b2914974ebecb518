#pragma once

#include <string>

#include <residua/plan/algorithm.hpp>
#include <residua/plan/summary.hpp>

/// The words of a layer: "Conv 3x3 stride 2 winograd4".
template <class Net>
std::string kind_of(residua::detail::NodeNumber node, residua::Algorithm algorithm) {
    using namespace residua;
    std::string words = detail::kind_of(graph_of<Net>[node], detail::activation_kinds<ActivationsOf<Net>>());
    std::erase(words, ',');
    if (algorithm == Algorithm::winograd2) words += " winograd2";
    if (algorithm == Algorithm::winograd4) words += " winograd4";
    return words;
}

inline std::string spelled(const residua::Chw& shape) {
    std::string text = residua::detail::spelled(shape);
    std::erase(text, ' ');
    return text;
}
