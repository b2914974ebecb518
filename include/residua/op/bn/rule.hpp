#pragma once

#include <residua/graph/tracer.hpp>
#include <residua/layer/bn.hpp>
#include <residua/op/row.hpp>

namespace residua::detail::inline RESIDUA_ISA {

constexpr int bn_parameters(const Node& node, Chw, NodeParameters& shapes) {
    const int c = node.shape.c;
    shapes[0] = {Member::weight, 1, {c, 1, 1, 1}};
    shapes[1] = {Member::bias, 1, {c, 1, 1, 1}};
    shapes[2] = {Member::running_mean, 1, {c, 1, 1, 1}};
    shapes[3] = {Member::running_var, 1, {c, 1, 1, 1}};
    return 4;
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
