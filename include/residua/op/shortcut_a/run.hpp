#pragma once

#include <residua/kernel/simd/shortcut_a.hpp>
#include <residua/op/run.hpp>
#include <residua/op/shortcut_a/rule.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <>
struct FastKernels<ShortcutAOp> {
    /// Too little to do for more than one thread.
    static int pieces(const Layout&) { return 1; }
    static void forward(const Node& node, const MapView<const float>& src, const MapView<float>& dst, int first,
                        int last) {
        if (first < last) shortcut_a(src, dst, node.window.stride);
    }
    static void backward(const Node& node, const MapView<const float>&, const MapView<const float>& grad,
                         const MapView<float>& grad_src) {
        shortcut_a_backward(grad, grad_src, node.window.stride);
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
