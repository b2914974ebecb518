#pragma once

#include <residua/graph/enforce.hpp>
#include <residua/meta/entries.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Who reads each node's output: how many, the first and the last of them.
template <int nodes>
struct Uses {
    Entries<int, nodes> count{};
    Entries<int, nodes> first{};
    Entries<int, nodes> last{};

    constexpr explicit Uses(const GraphView& graph) {
        for (int i = 0; i < nodes; ++i) {
            for (const int src : graph.sources(i)) {
                if (count[src]++ == 0) first[src] = i;
                last[src] = i;
            }
        }
    }
    /// The only reader of a node's output, or -1.
    [[nodiscard]] constexpr int sole(int node) const { return count[node] == 1 ? last[node] : -1; }
};

}  // namespace residua::detail::inline RESIDUA_ISA
