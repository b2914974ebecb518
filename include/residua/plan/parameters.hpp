#pragma once

#include <array>
#include <cstddef>

#include <residua/config.hpp>
#include <residua/graph/enforce.hpp>

namespace residua::inline RESIDUA_ISA {

/// One parameter tensor: its place among all weights and its shape in PyTorch's order (convolution: out, in, rows,
/// columns; linear: out, in; the rest: channels).
struct Parameter {
    detail::NodeNumber node = detail::NodeNumber::none;
    detail::Member member = detail::Member::weight;
    int rank = 1;
    std::array<int, 4> shape{1, 1, 1, 1};
    long offset = 0;  ///< in elements, from the start of the weights

    [[nodiscard]] constexpr long count() const { return 1L * shape[0] * shape[1] * shape[2] * shape[3]; }
    [[nodiscard]] constexpr bool trained() const { return detail::is_trained(member); }
};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// Where a node's parameters lie, in elements; -1 where it has none.
struct Offsets {
    long weight = -1;
    long bias = -1;
    long running_mean = -1;
    long running_var = -1;
};

/// Calls `visit(node, shape)` for every parameter of the graph, node by node.
template <class Visit>
constexpr void for_each_parameter(const GraphView& graph, const Visit& visit) {
    NodeParameters shapes{};
    for (NodeNumber i{}; i < graph.behind(); ++i) {
        if (!has_parameters(graph[i].op)) continue;
        const int count = row_of(graph[i].op).parameters(graph[i], graph.source_shape(i), shapes);
        for (int k = 0; k < count; ++k) visit(i, shapes[k]);
    }
}

/// Values of the weight of a node that has one.
constexpr long weight_count_of(const GraphView& graph, NodeNumber node) {
    NodeParameters shapes{};
    row_of(graph[node].op).parameters(graph[node], graph.source_shape(node), shapes);
    return shapes[0].count();
}

/// How many parameters a network has, and how many values.
struct ParameterTotals {
    int tensors = 0;
    long trained = 0;  ///< values
    long running = 0;  ///< values of running statistics
};

constexpr ParameterTotals total_parameters(const GraphView& graph) {
    ParameterTotals totals;
    for_each_parameter(graph, [&](NodeNumber, const ParameterShape& shape) {
        ++totals.tensors;
        (is_trained(shape.member) ? totals.trained : totals.running) += shape.count();
    });
    return totals;
}

/// All parameters in the order of PyTorch's state dict; trained ones lie first in memory, running statistics behind
/// them.
template <int count>
constexpr auto list_parameters(const GraphView& graph, long trained) {
    std::array<Parameter, static_cast<std::size_t>(count)> all{};
    std::size_t next = 0;
    long next_trained = 0;
    long next_running = trained;
    for_each_parameter(graph, [&](NodeNumber node, const ParameterShape& shape) {
        long& offset = is_trained(shape.member) ? next_trained : next_running;
        const int* sizes = shape.shape;
        all[next++] = {node, shape.member, shape.rank, {sizes[0], sizes[1], sizes[2], sizes[3]}, offset};
        offset += shape.count();
    });
    return all;
}

template <int size, std::size_t count>
constexpr Entries<Offsets, size, NodeNumber> locate_parameters(const std::array<Parameter, count>& all) {
    Entries<Offsets, size, NodeNumber> offsets{};
    for (const Parameter& parameter : all) {
        Offsets& at = offsets[parameter.node];
        switch (parameter.member) {
            case Member::weight:
                at.weight = parameter.offset;
                break;
            case Member::bias:
                at.bias = parameter.offset;
                break;
            case Member::running_mean:
                at.running_mean = parameter.offset;
                break;
            case Member::running_var:
                at.running_var = parameter.offset;
                break;
        }
    }
    return offsets;
}

template <class Net>
inline constexpr ParameterTotals parameter_totals = total_parameters(graph_of<Net>);

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Every parameter of the network, in the order of PyTorch's state dict.
template <class Net>
inline constexpr auto parameters = detail::list_parameters<detail::parameter_totals<Net>.tensors>(
    graph_of<Net>, detail::parameter_totals<Net>.trained);

/// Number of trained values.
template <class Net>
inline constexpr long parameter_count = detail::parameter_totals<Net>.trained;

/// Number of trained values and running statistics together: what a weight file holds.
template <class Net>
inline constexpr long weight_count = parameter_count<Net> + detail::parameter_totals<Net>.running;

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// Offsets of the parameters of each node.
template <class Net>
inline constexpr auto offsets_of = locate_parameters<graph_of<Net>.count()>(parameters<Net>);

}  // namespace residua::detail::inline RESIDUA_ISA
