#pragma once

#include <residua/shape/enforce.hpp>

namespace residua::detail {

/// Who reads each node's output: how many, the first and the last of them.
template <int nodes>
struct Uses {
    std::array<int, static_cast<std::size_t>(nodes)> count{};
    std::array<int, static_cast<std::size_t>(nodes)> first{};
    std::array<int, static_cast<std::size_t>(nodes)> last{};

    constexpr explicit Uses(const Graph<nodes>& graph) {
        for (int i = 0; i < nodes; ++i) {
            for (const int src : {graph[i].src, graph[i].other}) {
                if (src < 0) continue;
                if (count[static_cast<std::size_t>(src)]++ == 0) first[static_cast<std::size_t>(src)] = i;
                last[static_cast<std::size_t>(src)] = i;
            }
        }
    }
    /// The only reader of a node's output, or -1.
    [[nodiscard]] constexpr int sole(int node) const {
        return count[static_cast<std::size_t>(node)] == 1 ? last[static_cast<std::size_t>(node)] : -1;
    }
};

}  // namespace residua::detail
