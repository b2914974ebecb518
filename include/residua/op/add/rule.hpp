#pragma once

#include <residua/graph/tracer.hpp>
#include <residua/op/row.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The sum of two maps.
struct AddOp {
    static constexpr OpRow row{.role = Role::sum, .word = "Add"};
};

/// The sum of two branches, which must have the same shape.
template <class Walk>
constexpr Cursor add_sum(Walk& walk, Cursor main, Cursor other) {
    if (main.shape.c != other.shape.c)
        walk.report({Kind::ChannelsDiffer, main.shape, other.shape});
    else if (main.shape != other.shape)
        walk.report({Kind::MapSizesDiffer, main.shape, other.shape});
    const Cursor sources[] = {main, other};
    return walk.add({.op = op_of<AddOp>, .shape = main.shape}, sources, 2);
}

}  // namespace residua::detail::inline RESIDUA_ISA
