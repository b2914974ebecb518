#pragma once

#include <residua/shape/enforce.hpp>

namespace residua {

namespace detail {

template <int size>
constexpr int images_bn_needs(const Graph<size>& graph) {
    for (const Node& node : graph.nodes)
        if (node.op == Op::bn && node.shape.h * node.shape.w == 1) return 2;
    return 1;
}

}  // namespace detail

/// How many images a batch must have in training: BN needs two values a channel, and a map of one pixel has one an
/// image.
template <class Net>
inline constexpr int smallest_batch = detail::images_bn_needs(graph_of<Net>);

}  // namespace residua
