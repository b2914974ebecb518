#pragma once

#include <residua/kernel/reference/shortcut_a.hpp>
#include <residua/op/reference_node.hpp>
#include <residua/op/shortcut_a/rule.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <>
struct SlowKernels<ShortcutAOp> {
    template <class Activations, class T>
    static void forward(const ReferenceNode<T>& at, T* dst) {
        reference::shortcut_a_forward(at.images, at.src_shape(), at.node.shape.c, at.node.window.stride, at.src[0],
                                      dst);
    }
    template <class Activations, class T>
    static void backward(const ReferenceNode<T>& at, const ReferenceGradients<T>& grad) {
        reference::shortcut_a_backward(at.images, at.src_shape(), at.node.shape.c, at.node.window.stride, grad.dst,
                                       grad.src[0]);
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
