#pragma once

#include <residua/graph/tracer.hpp>
#include <residua/layer/activation.hpp>
#include <residua/op/row.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// An element-wise function, which the network's list of activations has.
struct ActivationOp {
    static constexpr OpRow row{.role = Role::function, .word = "Activation", .reads_source = true};
};

template <class Walk, auto function>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const Activation<function>*) {
    return walk.add(
        {.op = op_of<ActivationOp>, .shape = at.shape, .activation = Walk::template number_of<Activation<function>>()},
        at);
}

}  // namespace residua::detail::inline RESIDUA_ISA
