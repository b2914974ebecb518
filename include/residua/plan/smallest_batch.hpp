#pragma once

#include <residua/config.hpp>
#include <residua/graph/enforce.hpp>

namespace residua::detail::inline RESIDUA_ISA {

constexpr int images_bn_needs(const GraphView& graph) {
    for (const Node& node : graph)
        if (role_of(node.op) == Role::norm && node.shape.h * node.shape.w == 1) return 2;
    return 1;
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// How many images a batch must have in training: BN needs two values a channel, and a map of one pixel has one an
/// image.
template <class Net>
inline constexpr int smallest_batch = detail::images_bn_needs(graph_of<Net>);

}  // namespace residua::inline RESIDUA_ISA
