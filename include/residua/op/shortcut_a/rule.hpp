#pragma once

#include <residua/graph/tracer.hpp>
#include <residua/op/row.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Shortcut option A where the shape changes: every second pixel, and zeros for the new channels.
struct ShortcutAOp {
    static constexpr OpRow row{.word = "Shortcut A"};
};

/// To the shape `out`, whose channels may not be fewer.
template <class Walk>
constexpr Cursor add_shortcut_a(Walk& walk, Cursor at, Chw out, int step) {
    if (at.shape.c > out.c) walk.report({Kind::ShortcutLosesChannels, out, at.shape});
    const Window window{1, 1, step, 0};
    return walk.add({.op = op_of<ShortcutAOp>,
                     .shape = {out.c, window.rows(at.shape.h), window.columns(at.shape.w)},
                     .window = window},
                    at);
}

}  // namespace residua::detail::inline RESIDUA_ISA
