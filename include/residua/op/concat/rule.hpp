#pragma once

#include <residua/graph/activations.hpp>
#include <residua/graph/tracer.hpp>
#include <residua/layer/concat.hpp>
#include <residua/op/row.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The sources' channels, one behind another.
struct ConcatOp {
    static constexpr OpRow row{.role = Role::concat, .word = "Concat"};
};

template <class... Branches>
constexpr auto residua_parts_of(Parts, const Concat<Branches...>*) {
    return meta::list<Branches...>;
}

template <class Walk, class... Branches>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const Concat<Branches...>*) {
    constexpr int count = sizeof...(Branches);
    if (!walk.fits(count > 0 ? Problem{} : Problem{Kind::SizeNotPositive})) return at;
    Name scope{.scope = "concat", .scope_index = ++walk.concats, .block = 0};
    [[maybe_unused]] const int step = walk.stride;  // of the stage, for all branches
    Entries<Cursor, count> ends{};
    ((ends[scope.block] = walk.template trace_branch<Branches>(at, scope, step), ++scope.block), ...);
    Chw out = ends[0].shape;
    for (int i = 1; i < count; ++i) {
        const Chw shape = ends[i].shape;
        if (shape.h != out.h || shape.w != out.w) walk.report({Kind::MapSizesDiffer, ends[0].shape, shape});
        out.c += shape.c;
    }
    return walk.add({.op = op_of<ConcatOp>, .shape = out}, ends.begin(), count);
}

}  // namespace residua::detail::inline RESIDUA_ISA
