#pragma once

#include <residua/kernel/reference/concat.hpp>
#include <residua/op/concat/rule.hpp>
#include <residua/op/reference_node.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <>
struct SlowKernels<ConcatOp> {
    template <class Activations, class T>
    static void forward(const ReferenceNode<T>& at, T* dst) {
        reference::concat_forward(at.images, at.node.shape, channels_of(at), at.src, dst);
    }
    template <class Activations, class T>
    static void backward(const ReferenceNode<T>& at, const ReferenceGradients<T>& grad) {
        reference::concat_backward(at.images, at.node.shape, channels_of(at), grad.dst, grad.src);
    }

  private:
    template <class T>
    static std::vector<int> channels_of(const ReferenceNode<T>& at) {
        std::vector<int> channels;
        for (const Chw& shape : at.src_shapes) channels.push_back(shape.c);
        return channels;
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
