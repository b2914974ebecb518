#pragma once

#include <array>
#include <cstddef>

#include <residua/shape/enforce.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What a parameter is to its layer. The running statistics are not trained.
enum class Member : unsigned char { weight, bias, running_mean, running_var };

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// One parameter tensor: its place among all weights and its shape in PyTorch's order (convolution: out, in, rows,
/// columns; linear: out, in; the rest: channels).
struct Parameter {
    int node = -1;
    detail::Member member = detail::Member::weight;
    int rank = 1;
    std::array<int, 4> shape{1, 1, 1, 1};
    long offset = 0;  ///< in elements, from the start of the weights

    [[nodiscard]] constexpr long count() const { return 1L * shape[0] * shape[1] * shape[2] * shape[3]; }
    [[nodiscard]] constexpr bool trained() const {
        return member == detail::Member::weight || member == detail::Member::bias;
    }
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

/// Channels that the kernel of a convolution or linear node reads.
template <int size>
constexpr int input_channels(const Graph<size>& graph, int node) {
    return graph[graph[node].src].shape.c;
}

/// How many parameters a network has, and how many values.
struct ParameterTotals {
    int tensors = 0;
    long trained = 0;  ///< values
    long running = 0;  ///< values of running statistics
};

template <int size>
constexpr ParameterTotals total_parameters(const Graph<size>& graph) {
    ParameterTotals totals;
    for (int i = 0; i < size; ++i) {
        const Node& node = graph[i];
        if (node.op == Op::bn) {
            totals.tensors += 4;
            totals.trained += 2 * node.shape.c;
            totals.running += 2 * node.shape.c;
        } else if (is_conv(node.op)) {
            totals.tensors += node.bias ? 2 : 1;
            totals.trained += node.shape.c * (1L * input_channels(graph, i) * node.window.taps() + node.bias);
        }
    }
    return totals;
}

/// All parameters in the order of PyTorch's state dict; trained ones lie first in memory, running statistics behind
/// them.
template <int size, int count>
constexpr auto list_parameters(const Graph<size>& graph, long trained) {
    std::array<Parameter, static_cast<std::size_t>(count)> all{};
    std::size_t next = 0;
    long next_trained = 0;
    long next_running = trained;
    const auto add = [&](int node, Member member, int rank, std::array<int, 4> shape, long& offset) {
        all[next] = {node, member, rank, shape, offset};
        offset += all[next++].count();
    };
    for (int i = 0; i < size; ++i) {
        const Node& node = graph[i];
        const int c = node.shape.c;
        if (node.op == Op::bn) {
            add(i, Member::weight, 1, {c, 1, 1, 1}, next_trained);
            add(i, Member::bias, 1, {c, 1, 1, 1}, next_trained);
            add(i, Member::running_mean, 1, {c, 1, 1, 1}, next_running);
            add(i, Member::running_var, 1, {c, 1, 1, 1}, next_running);
        } else if (is_conv(node.op)) {
            const int in = input_channels(graph, i);
            if (node.op == Op::conv)
                add(i, Member::weight, 4, {c, in, node.window.kernel_h, node.window.kernel_w}, next_trained);
            else
                add(i, Member::weight, 2, {c, in * node.window.taps(), 1, 1}, next_trained);
            if (node.bias) add(i, Member::bias, 1, {c, 1, 1, 1}, next_trained);
        }
    }
    return all;
}

template <int size, std::size_t count>
constexpr Entries<Offsets, size> locate_parameters(const std::array<Parameter, count>& all) {
    Entries<Offsets, size> offsets{};
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
inline constexpr auto parameters =
    detail::list_parameters<graph_of<Net>.count(), detail::parameter_totals<Net>.tensors>(
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
