#pragma once

#include <residua/geometry/layout.hpp>
#include <residua/graph/enforce.hpp>
#include <residua/op/table.hpp>
#include <residua/plan/numbers.hpp>

/// \file
/// Maps that lie inside others: what a concatenation reads is written where the concatenation has it, if it fills whole
/// blocks there.

namespace residua::detail::inline RESIDUA_ISA {

/// Where a map lies inside another: in which one, if in any, and from which of its blocks on.
struct Inside {
    MapNumber map = MapNumber::none;
    int first_block = 0;
};

/// The channel of a concatenation in which its source number `piece` begins.
constexpr int first_channel(const GraphView& graph, NodeNumber node, int piece) {
    int channel = 0;
    for (int i = 0; i < piece; ++i) channel += graph[graph.sources(node)[i]].shape.c;
    return channel;
}

/// Whether a piece of a concatenation begins and ends with a block, or ends with the last one.
constexpr bool fills_blocks_of(const GraphView& graph, NodeNumber node, int piece) {
    const NodeNumbers sources = graph.sources(node);
    const int channels = graph[sources[piece]].shape.c;
    return !is_partial(first_channel(graph, node, piece)) && (!is_partial(channels) || piece + 1 == sources.count);
}

/// The map that a map lies in, or that map's, and so on to one that lies in none; and where in it, in blocks.
template <class Insides>
constexpr Inside outermost(const Insides& inside, MapNumber map) {
    Inside at{map, 0};
    while (inside[at.map].map != MapNumber::none)
        at = {inside[at.map].map, at.first_block + inside[at.map].first_block};
    return at;
}

}  // namespace residua::detail::inline RESIDUA_ISA
