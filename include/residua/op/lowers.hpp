#pragma once

/// \file
/// What operations that make passes of their own need of registers and memory, a line for each that has weights, and
/// the table of it, for the same reason as `op_table`.

#include <residua/op/grouped_conv/lower.hpp>
#include <residua/op/table.hpp>
#include <residua/op/weighted_pass.hpp>

namespace residua::detail::inline RESIDUA_ISA {

using WeightedFunction = WeightedPass (*)(const Node& node, Chw src);

inline constexpr auto weighted_table = meta::unpack(operations, []([[maybe_unused]] auto... descriptors) {
    return Entries<WeightedFunction, sizeof...(descriptors)>{{Weighted<meta::TypeOf<decltype(descriptors)>>::of...}};
});

/// What the pass of a node with weights of its own needs.
constexpr WeightedPass weighted_pass(const GraphView& graph, NodeNumber node) {
    return weighted_table[static_cast<int>(graph[node].op)](graph[node], graph.source_shape(node));
}

}  // namespace residua::detail::inline RESIDUA_ISA
