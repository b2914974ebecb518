#pragma once

#include <residua/graph/tracer.hpp>
#include <residua/layer/composition.hpp>
#include <residua/op/row.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The images: the first node of every network.
struct InputOp {
    static constexpr OpRow row{.role = Role::input, .word = "Input"};
};

template <class Walk, int c, int h, int w>
constexpr Cursor add_input(Walk& walk, const Input<c, h, w>*) {
    if (c <= 0 || h <= 0 || w <= 0) walk.report({Kind::SizeNotPositive, {}, {c, h, w}});
    return walk.add({.op = op_of<InputOp>, .shape = {c, h, w}}, nullptr, 0);
}

}  // namespace residua::detail::inline RESIDUA_ISA
