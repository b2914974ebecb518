#pragma once

#include <string_view>

#include <residua/geometry/window.hpp>
#include <residua/graph/problem.hpp>
#include <residua/meta/entries.hpp>
#include <residua/meta/number.hpp>
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
    int given = 0;              ///< by which Named, counted from 1; 0 by counting
};

enum class NodeNumber : int { none = -1 };

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
    NodeNumber node = NodeNumber::none;
};

/// The numbers of some nodes, such as a node's sources.
struct NodeNumbers {
    const NodeNumber* numbers = nullptr;
    int count = 0;

    constexpr NodeNumber operator[](int i) const { return numbers[i]; }
    /// Where a node is among them first, or -1.
    [[nodiscard]] constexpr int find(NodeNumber node) const {
        for (int i = 0; i < count; ++i)
            if (numbers[i] == node) return i;
        return -1;
    }
    [[nodiscard]] constexpr const NodeNumber* begin() const { return numbers; }
    [[nodiscard]] constexpr const NodeNumber* end() const { return numbers + count; }
};

/// The network as a list of nodes in an order in which they can be computed, wherever it is kept. Node 0 is the input.
class GraphView {
  public:
    constexpr GraphView(const Node* nodes, int count, const NodeNumber* edges, const Output* outputs, int output_count)
        : nodes_{nodes}, count_{count}, edges_{edges}, outputs_{outputs}, output_count_{output_count} {}

    [[nodiscard]] constexpr int count() const { return count_; }
    constexpr const Node& operator[](NodeNumber i) const { return nodes_[static_cast<int>(i)]; }
    /// The number behind the last node's.
    [[nodiscard]] constexpr NodeNumber behind() const { return NodeNumber{count_}; }
    [[nodiscard]] constexpr const Node* begin() const { return nodes_; }
    [[nodiscard]] constexpr const Node* end() const { return nodes_ + count_; }

    [[nodiscard]] constexpr NodeNumbers sources(NodeNumber node) const {
        const Node& at = nodes_[static_cast<int>(node)];
        return {edges_ + at.first_source, at.source_count};
    }
    /// A node's first source, or none.
    [[nodiscard]] constexpr NodeNumber source(NodeNumber node) const {
        const Node& at = nodes_[static_cast<int>(node)];
        return at.source_count > 0 ? edges_[at.first_source] : NodeNumber::none;
    }
    [[nodiscard]] constexpr Chw source_shape(NodeNumber node) const { return (*this)[source(node)].shape; }

    [[nodiscard]] constexpr int output_count() const { return output_count_; }
    [[nodiscard]] constexpr const Output& output(int i = 0) const { return outputs_[i]; }
    [[nodiscard]] constexpr Chw output_shape(int i = 0) const { return (*this)[output(i).node].shape; }
    [[nodiscard]] constexpr Chw input_shape() const { return nodes_[0].shape; }

    /// The nodes of whose results the caller wants gradients, beside those of the parameters.
    [[nodiscard]] constexpr const NodeNumbers& differentiated() const { return differentiated_; }
    /// The same graph, of these nodes.
    [[nodiscard]] constexpr GraphView with_respect_to(const NodeNumbers& nodes) const {
        GraphView view = *this;
        view.differentiated_ = nodes;
        return view;
    }

  private:
    const Node* nodes_;
    int count_;
    const NodeNumber* edges_;
    const Output* outputs_;
    int output_count_;
    NodeNumbers differentiated_{};
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
    Entries<Node, size.nodes, NodeNumber> nodes{};
    Entries<NodeNumber, size.edges> edges{};
    Entries<Output, size.outputs> outputs{};

    [[nodiscard]] constexpr GraphView view() const {
        return {nodes.begin(), size.nodes, edges.begin(), outputs.begin(), size.outputs};
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
