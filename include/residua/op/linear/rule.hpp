#pragma once

#include <residua/graph/tracer.hpp>
#include <residua/layer/linear.hpp>
#include <residua/op/conv/rule.hpp>

namespace residua::detail::inline RESIDUA_ISA {

constexpr int linear_parameters(const Node& node, Chw src, NodeParameters& shapes) {
    shapes[0] = {Member::weight, 2, {node.shape.c, src.c * node.window.taps(), 1, 1}};
    shapes[1] = {Member::bias, 1, {node.shape.c, 1, 1, 1}};
    return 2;
}

/// A convolution whose kernel is as large as the map.
struct LinearOp {
    static constexpr OpRow row{.role = Role::products,
                               .word = "Linear",
                               .reads_source = true,
                               .takes_images_as_columns = true,
                               .parameters = linear_parameters,
                               .multiply_adds = conv_multiply_adds};
};

template <int out, class... Options>
constexpr Problem check_linear(Chw in) {
    constexpr bool flattens = sizeof...(Options) > 0;
    if (sizeof...(Options) > 1 || !(std::is_same_v<Options, Flatten> && ...)) return {Kind::OptionNotTaken};
    if (out <= 0) return {Kind::SizeNotPositive, {}, {out, 1, 1}};
    if (!flattens && (in.h != 1 || in.w != 1)) return {Kind::LinearAfterMap, {in.c, 1, 1}, in};
    return {};
}

template <class Walk, int out, class... Options>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const Linear<out, Options...>*) {
    if (!walk.fits(check_linear<out, Options...>(at.shape))) return at;
    Name name = walk.next("fc", walk.numbering.linears);
    if (name.leaf_index == 1) name.leaf_index = -1;  // the usual single one is plain "fc"
    return walk.add({.op = op_of<LinearOp>,
                     .shape = {out, 1, 1},
                     .window = {at.shape.h, at.shape.w, 1, 0},
                     .bias = true,
                     .name = name},
                    at);
}

}  // namespace residua::detail::inline RESIDUA_ISA
