#pragma once

#include <residua/graph/tracer.hpp>
#include <residua/layer/maxout.hpp>
#include <residua/op/row.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Largest value of each run of channels. The node's setting is how many channels make one.
struct MaxoutOp {
    static constexpr OpRow row{.word = "Maxout", .setting = "pieces", .reads_source = true};
};

constexpr Problem check_maxout(Chw in, int pieces) {
    if (pieces <= 0) return {Kind::SizeNotPositive, {}, {pieces, 1, 1}};
    if (in.c % pieces != 0) return {Kind::ChannelsNotDivisible, {pieces, 0, 0}, {in.c, 0, 0}};
    return {};
}

template <class Walk>
constexpr Cursor add_maxout(Walk& walk, Cursor at, int pieces) {
    if (!walk.fits(check_maxout(at.shape, pieces))) return at;
    return walk.add({.op = op_of<MaxoutOp>, .shape = {at.shape.c / pieces, at.shape.h, at.shape.w}, .setting = pieces},
                    at);
}

template <class Walk, int pieces>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const Maxout<pieces>*) {
    return add_maxout(walk, at, pieces);
}

}  // namespace residua::detail::inline RESIDUA_ISA
