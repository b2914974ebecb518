#pragma once

#include <residua/graph/enforce.hpp>
#include <residua/meta/entries.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Who reads each node's output: how many, the first and the last of them.
template <int nodes>
struct Uses {
    Entries<int, nodes, NodeNumber> count{};
    Entries<NodeNumber, nodes, NodeNumber> first{};
    Entries<NodeNumber, nodes, NodeNumber> last{};

    constexpr explicit Uses(const GraphView& graph) {
        for (NodeNumber i{}; i < NodeNumber{nodes}; ++i) {
            for (const NodeNumber src : graph.sources(i)) {
                if (count[src]++ == 0) first[src] = i;
                last[src] = i;
            }
        }
    }
    /// The only reader of a node's output, or none.
    [[nodiscard]] constexpr NodeNumber sole(NodeNumber node) const {
        return count[node] == 1 ? last[node] : NodeNumber::none;
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
