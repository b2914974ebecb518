#pragma once

#include <utility>

#include <residua/graph/graph.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// A node's output on the way through the network.
struct Cursor {
    NodeNumber node = NodeNumber::none;
    Chw shape{};
};

/// How far the numbering of a scope's parameter names has come.
struct Numbering {
    Name scope{};
    int convs = 0;
    int bns = 0;
    int linears = 0;
    int projections = 0;  ///< a convolution and its BN count as two
};

/// Collects nodes while the nested type is walked through, or only counts them (a size of 0), and notes the first
/// problem.
template <GraphSize capacity>
struct Tracer {
    static constexpr bool collects = capacity.nodes > 0;

    Graph<capacity> graph{};
    GraphSize size{};
    Problem problem{};
    Position problem_position{};

    Position position{};
    Numbering numbering{};
    int stages = 0;
    bool nested = false;      ///< within a stage or a branch
    bool stage_seen = false;  ///< one that was not nested
    int residuals = 0;
    int concats = 0;
    int named = 0;
    int width = 0;   ///< of the stage around, 0 outside
    int stride = 1;  ///< that the next width-inheriting convolution takes

    constexpr void report(Problem found) {
        if (found.kind == Kind::Accepted || problem.kind != Kind::Accepted) return;
        problem = found;
        problem_position = position;
    }

    /// Reports what is wrong, if anything is, and tells whether nothing is.
    constexpr bool fits(Problem found) {
        report(found);
        return found.kind == Kind::Accepted;
    }

    /// A node that reads these sources, of which there may be any number.
    constexpr Cursor add(Node node, const Cursor* sources, int count) {
        node.position = position;
        node.first_source = size.edges;
        node.source_count = count;
        if constexpr (collects) {
            graph.nodes[NodeNumber{size.nodes}] = node;
            for (int i = 0; i < count; ++i) graph.edges[size.edges + i] = sources[i].node;
        }
        size.edges += count;
        return {NodeNumber{size.nodes++}, node.shape};
    }
    constexpr Cursor add(const Node& node, Cursor source) { return add(node, &source, 1); }

    constexpr void add_output(std::string_view name, Cursor at) {
        if constexpr (collects) graph.outputs[size.outputs] = {name, at.node};
        ++size.outputs;
    }

    /// The next name of a kind in the present scope: conv1, conv2, ...
    constexpr Name next(std::string_view leaf, int& counter) {
        Name name = numbering.scope;
        name.leaf = leaf;
        name.leaf_index = ++counter;
        return name;
    }
};

/// A tracer of one network, which knows its activations. Every layer has an overload of `residua_add_layer`: it takes
/// the output of what stands before the layer and returns the layer's own; a layer that does not fit reports why and
/// hands its input on. Operations have theirs in the folders of op/, what is composed of layers in graph/trace.hpp.
template <class Activations, GraphSize capacity>
struct Walk : Tracer<capacity> {
    template <class Layer>
    constexpr Cursor trace(Cursor at) {
        return residua_add_layer(*this, at, static_cast<const Layer*>(nullptr));
    }

    /// A branch whose parameters have names of a scope of their own, with a stride that a width-inheriting layer takes.
    template <class Branch>
    constexpr Cursor trace_branch(Cursor at, const Name& scope, int step) {
        const Numbering outer = std::exchange(this->numbering, {scope});
        const bool outer_nested = std::exchange(this->nested, true);
        this->stride = step;
        const Cursor end = trace<Branch>(at);
        this->numbering = outer;
        this->nested = outer_nested;
        return end;
    }

    /// The position of an activation among those of the network.
    template <class Activation>
    static constexpr int number_of() {
        return meta::index_of(Activations{}, meta::type<Activation>);
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
