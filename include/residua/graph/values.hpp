#pragma once

#include <string_view>
#include <type_traits>

#include <residua/graph/enforce.hpp>
#include <residua/graph/names.hpp>
#include <residua/meta/fixed_string.hpp>

namespace residua::detail::inline RESIDUA_ISA {

constexpr NodeNumber find_input(const GraphView& graph) {
    NodeNumber node{};
    while (!is_input(graph, node)) ++node;
    return node;
}

/// The node whose result has this name, or none: "input", an output, or the last node of a layer, under the name that
/// its parameters have in weight files or that `Named` gives it.
constexpr NodeNumber find_value(const GraphView& graph, std::string_view text) {
    if (text.empty()) return NodeNumber::none;
    if (text == "input") return find_input(graph);
    for (int i = 0; i < graph.output_count(); ++i)
        if (graph.output(i).name == text) return graph.output(i).node;
    const int block = block_number(text);
    for (NodeNumber i = graph.behind() - 1; i != NodeNumber::none; --i) {
        const Name& name = graph[i].name;
        if ((name.block < 0 || name.block == block) && is_spelled(name, text)) return i;
    }
    return NodeNumber::none;
}

/// Enforces that the name is known, once per name; an unknown one complains here and nowhere else.
template <class Net, FixedString name>
struct ValueNamed {
    static constexpr NodeNumber found = find_value(graph_of<Net>, name.view());
    using Verdict = std::conditional_t<(found == NodeNumber::none), ValueUnknown<Got<Named<name, Net>>>, Accepted>;
    static_assert(sizeof(typename Verdict::template Enforce<Net>) > 0);
    static constexpr NodeNumber node = found == NodeNumber::none ? NodeNumber{} : found;
};

}  // namespace residua::detail::inline RESIDUA_ISA
