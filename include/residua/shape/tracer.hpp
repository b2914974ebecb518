#pragma once

#include <residua/shape/graph.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// A node's output on the way through the network.
struct Cursor {
    int node = -1;
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

/// Collects nodes while the nested type is walked through, or only counts them (capacity 0), and notes the first
/// problem.
template <int capacity>
struct Tracer {
    Graph<capacity> graph{};
    int count = 0;
    Problem problem{};
    Position problem_position{};

    Position position{};
    Numbering numbering{};
    int stages = 0;
    bool nested = false;      ///< within a stage or a branch
    bool stage_seen = false;  ///< one that was not nested
    int residuals = 0;
    int width = 0;   ///< of the stage around, 0 outside
    int stride = 1;  ///< that the next width-inheriting convolution takes

    constexpr void report(Problem found) {
        if (found.kind == Kind::Accepted || problem.kind != Kind::Accepted) return;
        problem = found;
        problem_position = position;
    }

    constexpr Cursor add(Node node) {
        node.position = position;
        if constexpr (capacity > 0) graph.nodes[count] = node;
        return {count++, node.shape};
    }

    constexpr Cursor add(Op op, Cursor at, Chw shape, Name name = {}) {
        return add({.op = op, .src = at.node, .shape = shape, .name = name});
    }

    /// The next name of a kind in the present scope: conv1, conv2, ...
    constexpr Name next(std::string_view leaf, int& counter) {
        Name name = numbering.scope;
        name.leaf = leaf;
        name.leaf_index = ++counter;
        return name;
    }

    constexpr Cursor conv(Cursor at, Op op, Chw shape, Window window, bool bias, Name name) {
        return add({.op = op, .src = at.node, .shape = shape, .window = window, .bias = bias, .name = name});
    }

    /// A convolution without bias that keeps the size at stride 1, if it fits.
    constexpr Cursor same_conv(Cursor at, int out, int kernel, int step, Name name) {
        const Window window{kernel, kernel, step, (kernel - 1) / 2};
        const Problem found =
            out <= 0 ? Problem{Kind::SizeNotPositive, {}, {out, kernel, step}} : window.check(at.shape);
        report(found);
        if (found.kind != Kind::Accepted) return at;
        return conv(at, Op::conv, {out, window.rows(at.shape.h), window.columns(at.shape.w)}, window, false, name);
    }

    constexpr Cursor bn(Cursor at) { return add(Op::bn, at, at.shape, next("bn", numbering.bns)); }

    constexpr Cursor activation(Cursor at, int which) {
        return add({.op = Op::activation, .src = at.node, .shape = at.shape, .activation = which});
    }

    /// The sum of two branches, which must have the same shape.
    constexpr Cursor sum(Cursor main, Cursor other) {
        if (main.shape.c != other.shape.c)
            report({Kind::ChannelsDiffer, main.shape, other.shape});
        else if (main.shape != other.shape)
            report({Kind::MapSizesDiffer, main.shape, other.shape});
        return add({.op = Op::add, .src = main.node, .other = other.node, .shape = main.shape});
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
