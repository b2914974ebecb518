#pragma once

#include <residua/graph/tracer.hpp>
#include <residua/layer/bn.hpp>
#include <residua/op/row.hpp>

namespace residua::detail::inline RESIDUA_ISA {

constexpr NodeParameters bn_parameters(const Node& node, Chw) {
    const std::array<int, 4> channels{node.shape.c, 1, 1, 1};
    return {4,
            {{{Member::weight, 1, channels},
              {Member::bias, 1, channels},
              {Member::running_mean, 1, channels},
              {Member::running_var, 1, channels}}}};
}

/// Batch normalisation.
struct BnOp {
    static constexpr OpRow row{.role = Role::norm, .word = "BN", .parameters = bn_parameters};
};

template <class Walk>
constexpr Cursor add_bn(Walk& walk, Cursor at, const Name& name) {
    return walk.add({.op = op_of<BnOp>, .shape = at.shape, .name = name}, at);
}

template <class Walk>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const BN*) {
    return add_bn(walk, at, walk.next("bn", walk.numbering.bns));
}

}  // namespace residua::detail::inline RESIDUA_ISA
