#pragma once

/// \file
/// From the nested type to the list of nodes, for what is composed of layers. The rules of the layers themselves are in
/// the folders of op/.

#include <utility>

#include <residua/graph/activations.hpp>
#include <residua/graph/block_parts.hpp>
#include <residua/op/rules.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Anything that is not a layer; a pointer prefers every base class to void.
template <class Walk>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const void*) {
    walk.report({Kind::LayerUnknown});
    return at;
}

template <class Walk>
constexpr Cursor residua_add_layer(Walk&, Cursor at, const Identity*) {
    return at;
}

template <class Walk, FixedString name, class Layer>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const Named<name, Layer>*) {
    const int first = walk.size.nodes;
    const Cursor end = walk.template trace<Layer>(at);
    ++walk.named;
    if constexpr (Walk::collects)
        for (NodeNumber i{first}; i < NodeNumber{walk.size.nodes}; ++i) {
            Name& given = walk.graph.nodes[i].name;
            if (given.leaf.empty() && given.leaf_index < 0) given = walk.numbering.scope;  // a layer without parameters
            given.leaf = name.view();
            given.leaf_index = -1;
            given.given = walk.named;
        }
    return end;
}

template <class Walk, class... Layers>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const Sequence<Layers...>*) {
    const int before = std::exchange(walk.position.layer, 0);
    ((++walk.position.layer, at = walk.template trace<Layers>(at)), ...);
    walk.position.layer = before;
    return at;
}

template <class Walk, class Main, class Other>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const Residual<Main, Other>*) {
    const Name scope{.scope = "residual", .scope_index = ++walk.residuals};
    Name shortcut = scope;
    shortcut.branch = "shortcut";
    const int step = walk.stride;  // of the stage, for both branches
    const Cursor other = walk.template trace_branch<Other>(at, shortcut, step);
    const Cursor main = walk.template trace_branch<Main>(at, scope, step);
    return add_sum(walk, main, other);
}

/// A shortcut's output, or no node at all in a plain network.
template <class Walk>
constexpr Cursor add_shortcut(Walk&, Cursor, Chw, int, Shortcut<None>) {
    return {};
}

template <class Walk>
constexpr Cursor add_shortcut(Walk& walk, Cursor at, Chw out, int step, Shortcut<IdentityA>) {
    return at.shape == out ? at : add_shortcut_a(walk, at, out, step);
}

template <class Walk>
constexpr Cursor add_shortcut(Walk& walk, Cursor at, Chw out, int step, Shortcut<ProjectionC>) {
    Name name = walk.numbering.scope;
    name.branch = "downsample";
    name.leaf_index = walk.numbering.projections++;
    const Cursor conv = add_same_conv(walk, at, out.c, 1, step, name);
    name.leaf_index = walk.numbering.projections++;
    return add_bn(walk, conv, name);
}

template <class Walk>
constexpr Cursor add_shortcut(Walk& walk, Cursor at, Chw out, int step, Shortcut<ProjectionB>) {
    return at.shape == out ? at : add_shortcut(walk, at, out, step, Shortcut<ProjectionC>{});
}

template <class Block, class Walk>
constexpr Cursor add_block(Walk& walk, Cursor at) {
    const int step = std::exchange(walk.stride, 1);
    const int before = walk.position.layer;
    const Chw out = Block::output(at.shape, walk.width, step);
    const Cursor other = add_shortcut(walk, at, out, step, typename Block::Shortcut{});
    Cursor main = at;
    for (int i = 0; i < Block::count; ++i) {
        walk.position.layer = 3 * i + 1;
        const BlockConv conv = Block::convs[i];
        main = add_same_conv(walk, main, walk.width * conv.widening, conv.kernel, conv.strided ? step : 1,
                             walk.next("conv", walk.numbering.convs));
        main = walk.template trace<BN>(main);
        if (i + 1 < Block::count) main = walk.template trace<typename Block::Nonlinearity>(main);
    }
    walk.position.layer = before;
    if (other.node != NodeNumber::none) main = add_sum(walk, main, other);
    return walk.template trace<typename Block::Nonlinearity>(main);
}

template <class Walk, class... Parts>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const ResidualBlock<Parts...>*) {
    using Block = BlockParts<Parts...>;
    if constexpr (Block::well_formed) {
        if (walk.width > 0) return add_block<Block>(walk, at);
        walk.report({Kind::WidthUnknown});
    } else {
        walk.report({Kind::BlockMalformed});
    }
    return at;
}

template <class Walk, int n, int stage_width, class Block, class... Options>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const Stage<n, stage_width, Block, Options...>*) {
    const int number = ++walk.stages;
    const int step = stride_or<Options...>(walk.stage_seen ? 2 : 1);
    if (!are_stage_options<Options...>) walk.report({Kind::OptionNotTaken});
    if (walk.nested && sizeof...(Options) == 0) walk.report({Kind::StrideUnknown});
    if (n <= 0 || stage_width <= 0 || step <= 0) {
        walk.report({Kind::SizeNotPositive, {}, {stage_width, n, step}});
        return at;
    }
    const Numbering outer = walk.numbering;
    const Position before = walk.position;
    const int outer_width = std::exchange(walk.width, stage_width);
    const int outer_stride = walk.stride;  // still to be taken by a layer behind this stage
    const bool outer_nested = std::exchange(walk.nested, true);
    for (int i = 0; i < n; ++i) {
        walk.position = {before.entry, i + 1, 0};
        walk.stride = i == 0 ? step : 1;
        walk.numbering = {{.scope = "layer", .scope_index = number, .block = i}};
        at = walk.template trace<Block>(at);
        if (walk.stride != 1) walk.report({Kind::StrideUnused, {}, {0, step, step}});
    }
    walk.width = outer_width;
    walk.stride = outer_stride;
    walk.nested = outer_nested;
    walk.stage_seen = walk.stage_seen || !outer_nested;
    walk.position = before;
    walk.numbering = outer;
    return at;
}

template <class Walk>
constexpr void add_network(Walk& walk, const void*) {
    walk.report({Kind::InputMissing});
}

template <class Walk, class First, class... Layers>
constexpr void add_network(Walk& walk, const Network<First, Layers...>*) {
    if constexpr (requires { add_input(walk, static_cast<const First*>(nullptr)); }) {
        Cursor at = add_input(walk, static_cast<const First*>(nullptr));
        ((++walk.position.entry, at = walk.template trace<Layers>(at)), ...);
        walk.add_output("output", at);
    } else {
        add_network(walk, static_cast<const void*>(nullptr));
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA
