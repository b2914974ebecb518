#pragma once

#include <residua/op/input/rule.hpp>
#include <residua/op/reference_node.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The caller gives the images, and nothing lies before them.
template <>
struct SlowKernels<InputOp> {
    template <class Activations, class T>
    static void forward(const ReferenceNode<T>&, T*) {}
    template <class Activations, class T>
    static void backward(const ReferenceNode<T>&, const ReferenceGradients<T>&) {}
};

}  // namespace residua::detail::inline RESIDUA_ISA
