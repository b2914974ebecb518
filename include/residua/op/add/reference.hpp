#pragma once

#include <algorithm>

#include <residua/kernel/reference/elementwise.hpp>
#include <residua/op/add/rule.hpp>
#include <residua/op/reference_node.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <>
struct SlowKernels<AddOp> {
    template <class Activations, class T>
    static void forward(const ReferenceNode<T>& at, T* dst) {
        reference::add(at.count(), at.src[0], at.src[1], dst);
    }
    template <class Activations, class T>
    static void backward(const ReferenceNode<T>& at, const ReferenceGradients<T>& grad) {
        for (T* const src : grad.src) std::copy_n(grad.dst, at.count(), src);
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
