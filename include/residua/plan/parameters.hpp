#pragma once

#include <residua/shape/enforce.hpp>

namespace residua {

/// What a parameter is to its layer. The running statistics are not trained.
enum class Member : unsigned char { weight, bias, running_mean, running_var };

/// One parameter tensor: its place among all weights and its shape in PyTorch's order (convolution: out, in, rows,
/// columns; linear: out, in; the rest: channels).
struct Parameter {
    int node = -1;
    Member member = Member::weight;
    int rank = 1;
    std::array<int, 4> shape{1, 1, 1, 1};
    long offset = 0;  ///< in elements, from the start of the weights

    [[nodiscard]] constexpr long count() const { return 1L * shape[0] * shape[1] * shape[2] * shape[3]; }
    [[nodiscard]] constexpr bool trained() const { return member == Member::weight || member == Member::bias; }
};

namespace detail {

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

template <int size>
constexpr int count_parameters(const Graph<size>& graph) {
    int count = 0;
    for (int i = 0; i < size; ++i) {
        if (is_conv(graph[i].op)) count += graph[i].bias ? 2 : 1;
        if (graph[i].op == Op::bn) count += 4;
    }
    return count;
}

/// All parameters in the order of PyTorch's state dict; trained ones lie first in memory, running statistics behind
/// them.
template <int size, int count>
constexpr std::array<Parameter, count> list_parameters(const Graph<size>& graph) {
    std::array<Parameter, count> all{};
    std::size_t next = 0;
    const auto add = [&](int node, Member member, int rank, std::array<int, 4> shape) {
        all[next++] = {node, member, rank, shape, 0};
    };
    for (int i = 0; i < size; ++i) {
        const Node& node = graph[i];
        const int c = node.shape.c;
        if (node.op == Op::conv)
            add(i, Member::weight, 4, {c, input_channels(graph, i), node.window.kernel_h, node.window.kernel_w});
        if (node.op == Op::linear) add(i, Member::weight, 2, {c, input_channels(graph, i) * node.window.taps(), 1, 1});
        if (is_conv(node.op) && node.bias) add(i, Member::bias, 1, {c, 1, 1, 1});
        if (node.op == Op::bn)
            for (const Member member : {Member::weight, Member::bias, Member::running_mean, Member::running_var})
                add(i, member, 1, {c, 1, 1, 1});
    }
    long offset = 0;
    for (const bool trained : {true, false})
        for (Parameter& parameter : all)
            if (parameter.trained() == trained) {
                parameter.offset = offset;
                offset += parameter.count();
            }
    return all;
}

template <int size, std::size_t count>
constexpr std::array<Offsets, size> locate_parameters(const std::array<Parameter, count>& all) {
    std::array<Offsets, size> offsets{};
    for (const Parameter& parameter : all) {
        Offsets& at = offsets[static_cast<std::size_t>(parameter.node)];
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

template <std::size_t count>
constexpr long sum_counts(const std::array<Parameter, count>& all, bool also_untrained) {
    long sum = 0;
    for (const Parameter& parameter : all)
        if (parameter.trained() || also_untrained) sum += parameter.count();
    return sum;
}

}  // namespace detail

/// Every parameter of the network, in the order of PyTorch's state dict.
template <class Net>
inline constexpr auto parameters =
    detail::list_parameters<graph_of<Net>.count(), detail::count_parameters(graph_of<Net>)>(graph_of<Net>);

/// Number of trained values.
template <class Net>
inline constexpr long parameter_count = detail::sum_counts(parameters<Net>, false);

/// Number of trained values and running statistics together: what a weight file holds.
template <class Net>
inline constexpr long weight_count = detail::sum_counts(parameters<Net>, true);

namespace detail {

/// Offsets of the parameters of each node.
template <class Net>
inline constexpr auto offsets_of = locate_parameters<graph_of<Net>.count()>(parameters<Net>);

}  // namespace detail

}  // namespace residua
