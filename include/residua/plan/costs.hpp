#pragma once

#include <residua/config.hpp>
#include <residua/plan/parameters.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Multiply-adds of one node for one image, counted as table 1 of the paper does: convolutions and linear layers only.
constexpr long node_multiply_adds(const GraphView& graph, NodeNumber i) {
    const Op op = graph[i].op;
    if (!has_products(op) && !is_weighted_pass(op)) return 0;
    return row_of(op).multiply_adds(graph[i], graph.source_shape(i));
}

constexpr long sum_multiply_adds(const GraphView& graph) {
    long sum = 0;
    for (NodeNumber i{}; i < graph.behind(); ++i) sum += node_multiply_adds(graph, i);
    return sum;
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua {

/// Multiply-adds of one image's way through the network, as in table 1 of the paper.
template <class Net>
inline constexpr long multiply_adds = detail::sum_multiply_adds(graph_of<Net>);

/// Shape of one image going in.
template <class Net>
inline constexpr Chw input_shape = graph_of<Net>.input_shape();

/// Shape of what comes out for one image.
template <class Net>
inline constexpr Chw output_shape = graph_of<Net>.output_shape();

}  // namespace residua
