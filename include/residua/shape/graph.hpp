#pragma once

#include <string_view>

#include <residua/meta/entries.hpp>
#include <residua/shape/problem.hpp>
#include <residua/shape/window.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What a node of the graph computes. A linear layer is a convolution with a kernel as large as the map; global pooling
/// a window of that size.
enum class Op : unsigned char { input, conv, linear, bn, activation, add, shortcut_a, max_pool, avg_pool };

/// Whether an operation is a convolution: a linear layer is one whose window is the whole map.
constexpr bool is_conv(Op op) { return op == Op::conv || op == Op::linear; }
/// Whether an operation has parameters.
constexpr bool has_parameters(Op op) { return is_conv(op) || op == Op::bn; }

/// The dotted name of a node's parameters, in pieces: "layer1" "." "0" "." "downsample" "." "0", or "conv1", or
/// "linear".
struct Name {
    std::string_view scope{};   ///< "layer", "residual" or nothing
    int scope_index = 0;        ///< written behind the scope
    int block = -1;             ///< written behind the scope with a dot, if not negative
    std::string_view branch{};  ///< "downsample", "shortcut" or nothing
    std::string_view leaf{};    ///< "conv", "bn", a given name, or nothing
    int leaf_index = -1;        ///< written behind the leaf, if not negative
    bool given = false;         ///< by Named, not by counting
};

/// One layer of the flattened network; its sources are earlier nodes.
struct Node {
    Op op = Op::input;
    int src = -1;
    int other = -1;  ///< second summand of an addition
    Chw shape{};     ///< of the output
    Window window{};
    bool bias = false;
    int activation = -1;  ///< position in ActivationsOf<Net>
    Name name{};
    Position position{};
};

/// The network as a list of nodes in an order in which they can be computed; the last one is the output.
template <int size>
struct Graph {
    Entries<Node, size> nodes{};

    [[nodiscard]] static constexpr int count() { return size; }
    constexpr const Node& operator[](int i) const { return nodes[i]; }
    [[nodiscard]] constexpr Chw input_shape() const { return nodes[0].shape; }
    [[nodiscard]] constexpr Chw output_shape() const { return nodes[size - 1].shape; }
};

}  // namespace residua::detail::inline RESIDUA_ISA
