#pragma once

#include <algorithm>

#include <residua/kernel/reference/conv.hpp>
#include <residua/op/conv/rule.hpp>
#include <residua/op/reference_node.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <>
struct SlowKernels<ConvOp> {
    template <class Activations, class T>
    static void forward(const ReferenceNode<T>& at, T* dst) {
        reference::conv_forward(shape_of(at), at.src[0], at.parameter(Member::weight), at.parameter(Member::bias), dst);
    }
    template <class Activations, class T>
    static void backward(const ReferenceNode<T>& at, const ReferenceGradients<T>& grad) {
        reference::conv_backward_src(shape_of(at), grad.dst, at.parameter(Member::weight), grad.src[0]);
        reference::conv_backward_weight(shape_of(at), at.src[0], grad.dst, grad.parameter(Member::weight));
        if (at.node.bias) reference::conv_backward_bias(shape_of(at), grad.dst, grad.parameter(Member::bias));
    }

  private:
    /// A grouped convolution's setting is the number of its groups; others have none.
    template <class T>
    static reference::ConvShape shape_of(const ReferenceNode<T>& at) {
        return {at.images, at.src_shape(), at.node.shape.c, at.node.window, std::max(1, at.node.setting)};
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
