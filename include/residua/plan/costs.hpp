#pragma once

#include <residua/config.hpp>
#include <residua/plan/parameters.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Multiply-adds of one node for one image, counted as table 1 of the paper does: convolutions and linear layers only.
template <int size>
constexpr long node_multiply_adds(const Graph<size>& graph, int i) {
    if (!is_conv(graph[i].op)) return 0;
    return graph[i].shape.count() * input_channels(graph, i) * graph[i].window.taps();
}

template <int size>
constexpr long sum_multiply_adds(const Graph<size>& graph) {
    long sum = 0;
    for (int i = 0; i < size; ++i) sum += node_multiply_adds(graph, i);
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
