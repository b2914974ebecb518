#pragma once

#include <residua/kernel/reference/elementwise.hpp>
#include <residua/op/activation/rule.hpp>
#include <residua/op/reference_node.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <>
struct SlowKernels<ActivationOp> {
    template <class Activations, class T>
    static void forward(const ReferenceNode<T>& at, T* dst) {
        visit<Activations>(at, [&](auto activation) {
            reference::activation_forward<decltype(activation)::expression>(at.count(), at.src[0], dst);
        });
    }
    template <class Activations, class T>
    static void backward(const ReferenceNode<T>& at, const ReferenceGradients<T>& grad) {
        visit<Activations>(at, [&](auto activation) {
            reference::activation_backward<decltype(activation)::expression>(at.count(), at.src[0], grad.dst,
                                                                             grad.src[0]);
        });
    }

  private:
    /// Calls `run` with an object of the node's activation.
    template <class Activations, class T, class Run>
    static void visit(const ReferenceNode<T>& at, const Run& run) {
        meta::unpack(Activations{}, [&]([[maybe_unused]] auto... activations) {
            [[maybe_unused]] int i = 0;
            ((i++ == at.node.activation ? run(meta::TypeOf<decltype(activations)>{}) : void()), ...);
        });
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
