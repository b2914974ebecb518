#pragma once

#include <string_view>

#include <residua/graph/problem.hpp>
#include <residua/graph/window.hpp>
#include <residua/meta/entries.hpp>
#include <residua/op/kinds.hpp>

namespace residua::detail::inline RESIDUA_ISA {

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

/// One layer of the flattened network. Its sources are earlier nodes, a run of the graph's list of edges.
struct Node {
    Op op{};
    int first_source = 0;
    int source_count = 0;
    Chw shape{};  ///< of the output
    Window window{};
    bool bias = false;
    int setting = 0;      ///< a number whose meaning is the operation's
    int activation = -1;  ///< position in ActivationsOf<Net>
    Name name{};
    Position position{};
};

/// A node whose value the network hands out.
struct Output {
    std::string_view name{};
    int node = -1;
};

/// The numbers of a node's sources.
struct Sources {
    const int* numbers = nullptr;
    int count = 0;

    constexpr int operator[](int i) const { return numbers[i]; }
    [[nodiscard]] constexpr const int* begin() const { return numbers; }
    [[nodiscard]] constexpr const int* end() const { return numbers + count; }
};

/// The network as a list of nodes in an order in which they can be computed, wherever it is kept. Node 0 is the input.
class GraphView {
  public:
    constexpr GraphView(const Node* nodes, int count, const int* edges, const Output* outputs, int output_count)
        : nodes_{nodes}, count_{count}, edges_{edges}, outputs_{outputs}, output_count_{output_count} {}

    [[nodiscard]] constexpr int count() const { return count_; }
    constexpr const Node& operator[](int i) const { return nodes_[i]; }
    [[nodiscard]] constexpr const Node* begin() const { return nodes_; }
    [[nodiscard]] constexpr const Node* end() const { return nodes_ + count_; }

    [[nodiscard]] constexpr Sources sources(int node) const {
        return {edges_ + nodes_[node].first_source, nodes_[node].source_count};
    }
    /// A node's first source, or -1.
    [[nodiscard]] constexpr int source(int node) const {
        return nodes_[node].source_count > 0 ? edges_[nodes_[node].first_source] : -1;
    }
    [[nodiscard]] constexpr Chw source_shape(int node) const { return nodes_[source(node)].shape; }

    [[nodiscard]] constexpr int output_count() const { return output_count_; }
    [[nodiscard]] constexpr const Output& output(int i = 0) const { return outputs_[i]; }
    [[nodiscard]] constexpr Chw output_shape(int i = 0) const { return nodes_[output(i).node].shape; }
    [[nodiscard]] constexpr Chw input_shape() const { return nodes_[0].shape; }

  private:
    const Node* nodes_;
    int count_;
    const int* edges_;
    const Output* outputs_;
    int output_count_;
};

/// How many of everything a network has.
struct GraphSize {
    int nodes = 0;
    int edges = 0;
    int outputs = 0;
};

/// Keeps the nodes, edges and outputs of a network.
template <GraphSize size>
struct Graph {
    Entries<Node, size.nodes> nodes{};
    Entries<int, size.edges> edges{};
    Entries<Output, size.outputs> outputs{};

    [[nodiscard]] constexpr GraphView view() const {
        return {nodes.begin(), size.nodes, edges.begin(), outputs.begin(), size.outputs};
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
