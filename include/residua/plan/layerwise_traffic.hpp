#pragma once

#include <residua/plan/traffic.hpp>
#include <residua/plan/uses.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Counts the floats of a training step for one image in which every layer passes over its maps by itself.
template <int nodes>
class LayerwiseTraffic {
  public:
    constexpr explicit LayerwiseTraffic(const GraphView& graph) : graph_{graph}, uses_{graph} {}

    constexpr long floats() const {
        long sum = 0;
        for (NodeNumber i{1}; i < NodeNumber{nodes}; ++i) sum += forward(i) + backward(i) + shared_gradient(i);
        return sum;
    }

  private:
    constexpr long map(NodeNumber node) const { return graph_[node].shape.count(); }

    constexpr long sources(NodeNumber i) const {
        long sum = 0;
        for (const NodeNumber src : graph_.sources(i)) sum += map(src);
        return sum;
    }

    constexpr long forward(NodeNumber i) const {
        const long statistics = role_of(graph_[i].op) == Role::norm ? map(graph_.source(i)) : 0;
        return statistics + sources(i) + map(i);
    }

    /// From the gradient of the output to that of the source, which the input needs none of, and of the weights.
    constexpr long backward(NodeNumber i) const {
        const long src = map(graph_.source(i));
        const long to_src = is_input(graph_, graph_.source(i)) ? 0 : map(i) + src;
        const OpRow& row = row_of(graph_[i].op);
        if (row.role == Role::concat) return map(i) + sources(i);
        if (row.role == Role::sum) return 0;                             // both summands take the gradient as it is
        if (row.role == Role::norm) return src + map(i) + src + to_src;  // for the sums, then for the gradient
        if (has_parameters(graph_[i].op)) return src + map(i) + to_src;  // for the weights, then for the source
        return (row.reads_source ? src : 0) + to_src;
    }

    /// Adding up the gradients that several readers of a map give.
    constexpr long shared_gradient(NodeNumber i) const { return 3 * map(i) * std::max(0, uses_.count[i] - 1); }

    GraphView graph_;
    Uses<nodes> uses_;
};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// What `traffic<Net, Training>` would be if nothing were fused: a convolution writes its map, BN reads it for the
/// statistics and once more to normalise it, the activation and the addition make passes of their own, and so on the
/// way back. The weights are the same.
template <class Net>
inline constexpr Traffic layerwise_traffic = {
    detail::float_bytes* detail::LayerwiseTraffic<graph_of<Net>.count()>(graph_of<Net>).floats(),
    traffic<Net, Training>.weight_bytes};

}  // namespace residua::inline RESIDUA_ISA
