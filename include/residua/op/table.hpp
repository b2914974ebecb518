#pragma once

#include <residua/op/row.hpp>
#include <residua/op/rules.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The rows of all operations. Plans are made while compiling, of thousands of nodes: reading an entry costs compilers
/// next to nothing, visiting types for every question would be beyond their limits.
inline constexpr auto op_table = meta::unpack(operations, []([[maybe_unused]] auto... descriptors) {
    return Entries<OpRow, sizeof...(descriptors)>{{meta::TypeOf<decltype(descriptors)>::row...}};
});

constexpr const OpRow& row_of(Op op) { return op_table.items[static_cast<int>(op)]; }

/// The roles by themselves, which programs ask for while they run: with them the rows' functions stay out of programs.
inline constexpr auto op_roles = [] {
    Entries<Role, op_table.size()> roles{};
    for (int i = 0; i < op_table.size(); ++i) roles[i] = op_table[i].role;
    return roles;
}();

constexpr Role role_of(Op op) { return op_roles.items[static_cast<int>(op)]; }

/// Whether an operation's results are sums of products with weights: convolutions and linear layers.
constexpr bool has_products(Op op) { return role_of(op) == Role::products; }
/// Whether it is computed on the way from memory to the pass that reads it.
constexpr bool is_elementwise(Op op) {
    const Role role = role_of(op);
    return role == Role::norm || role == Role::function || role == Role::sum;
}
/// Whether a node is the network's input, which needs no gradient.
constexpr bool is_input(const GraphView& graph, NodeNumber node) { return role_of(graph[node].op) == Role::input; }
/// Whether an operation makes a pass of its own that has weights.
constexpr bool is_weighted_pass(Op op) { return role_of(op) == Role::weighted; }
/// By role, not by the row's function: g++ -fsanitize=undefined compares no functions in constants.
constexpr bool has_parameters(Op op) { return has_products(op) || is_weighted_pass(op) || role_of(op) == Role::norm; }
/// Whether it makes a pass of its own, with FastKernels.
constexpr bool is_pass(Op op) { return role_of(op) == Role::pass || is_weighted_pass(op); }
/// Whether inference does the element-wise work behind an operation in the operation's pass: it can be finished in
/// registers, or has no other pass.
constexpr bool is_finished(Op op) { return has_products(op) || is_elementwise(op) || is_weighted_pass(op); }

}  // namespace residua::detail::inline RESIDUA_ISA
