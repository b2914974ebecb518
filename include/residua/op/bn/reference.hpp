#pragma once

#include <residua/kernel/reference/bn.hpp>
#include <residua/op/bn/rule.hpp>
#include <residua/op/reference_node.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Keeps the batch's means, then its biased variances.
template <>
struct SlowKernels<BnOp> {
    template <class Activations, class T>
    static void forward(const ReferenceNode<T>& at, T* dst) {
        if (at.training) update_statistics(at);
        const T* mean = at.training ? kept_mean(at) : at.parameter(Member::running_mean);
        const T* variance = at.training ? kept_variance(at) : at.parameter(Member::running_var);
        reference::bn_forward(at.images, at.node.shape, static_cast<T>(bn_epsilon), at.src[0], mean, variance,
                              at.parameter(Member::weight), at.parameter(Member::bias), dst);
    }
    template <class Activations, class T>
    static void backward(const ReferenceNode<T>& at, const ReferenceGradients<T>& grad) {
        reference::bn_backward(at.images, at.node.shape, static_cast<T>(bn_epsilon), at.src[0], kept_mean(at),
                               kept_variance(at), at.parameter(Member::weight), grad.dst, grad.src[0],
                               grad.parameter(Member::weight), grad.parameter(Member::bias));
    }

  private:
    template <class T>
    static T* kept_mean(const ReferenceNode<T>& at) {
        return at.kept.data();
    }
    template <class T>
    static T* kept_variance(const ReferenceNode<T>& at) {
        return at.kept.data() + at.node.shape.c;
    }

    template <class T>
    static void update_statistics(const ReferenceNode<T>& at) {
        const Chw shape = at.node.shape;
        at.kept.resize(2 * static_cast<std::size_t>(shape.c));
        reference::bn_statistics(at.images, shape, at.src[0], kept_mean(at), kept_variance(at));
        reference::bn_update_running(shape.c, at.images * reference::plane(shape), static_cast<T>(bn_momentum),
                                     kept_mean(at), kept_variance(at), at.parameter(Member::running_mean),
                                     at.parameter(Member::running_var));
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
