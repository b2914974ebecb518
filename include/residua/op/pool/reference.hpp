#pragma once

#include <residua/kernel/reference/pool.hpp>
#include <residua/op/pool/rule.hpp>
#include <residua/op/reference_node.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <>
struct SlowKernels<MaxPoolOp> {
    template <class Activations, class T>
    static void forward(const ReferenceNode<T>& at, T* dst) {
        reference::max_pool_forward(at.images, at.src_shape(), at.node.window, at.src[0], dst);
    }
    template <class Activations, class T>
    static void backward(const ReferenceNode<T>& at, const ReferenceGradients<T>& grad) {
        reference::max_pool_backward(at.images, at.src_shape(), at.node.window, at.src[0], grad.dst, grad.src[0]);
    }
};

template <>
struct SlowKernels<AvgPoolOp> {
    template <class Activations, class T>
    static void forward(const ReferenceNode<T>& at, T* dst) {
        reference::avg_pool_forward(at.images, at.src_shape(), at.node.window, at.src[0], dst);
    }
    template <class Activations, class T>
    static void backward(const ReferenceNode<T>& at, const ReferenceGradients<T>& grad) {
        reference::avg_pool_backward(at.images, at.src_shape(), at.node.window, grad.dst, grad.src[0]);
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
