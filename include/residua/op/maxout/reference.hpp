#pragma once

#include <residua/kernel/reference/maxout.hpp>
#include <residua/op/maxout/rule.hpp>
#include <residua/op/reference_node.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <>
struct SlowKernels<MaxoutOp> {
    template <class Activations, class T>
    static void forward(const ReferenceNode<T>& at, T* dst) {
        reference::maxout_forward(at.images, at.src_shape(), at.node.setting, at.src[0], dst);
    }
    template <class Activations, class T>
    static void backward(const ReferenceNode<T>& at, const ReferenceGradients<T>& grad) {
        reference::maxout_backward(at.images, at.src_shape(), at.node.setting, at.src[0], grad.dst, grad.src[0]);
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
