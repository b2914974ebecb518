#pragma once

#include <residua/op/table.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Calls `visit` with the descriptor of an operation, as a meta::type constant.
template <class Visit>
void visit_operation(Op op, const Visit& visit) {
    meta::unpack(operations, [&](auto... descriptors) {
        ((op == op_of<meta::TypeOf<decltype(descriptors)>> ? visit(descriptors) : void()), ...);
    });
}

}  // namespace residua::detail::inline RESIDUA_ISA
