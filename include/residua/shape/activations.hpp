#pragma once

#include <residua/layer/residual.hpp>
#include <residua/meta/list.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Collects the distinct activations in a nested type; layers without any leave the list as it is.
struct Collector {
    /// void, because a pointer to a layer that inherits, as ReLU does, prefers its base to it.
    template <class Found>
    static constexpr auto visit(Found found, const void*) {
        return found;
    }

    template <class Found, auto function>
    static constexpr auto visit(Found found, const Activation<function>*) {
        return meta::insert(found, meta::type<Activation<function>>);
    }

    template <class Found, class... Layers>
    static constexpr auto visit(Found found, const Sequence<Layers...>*) {
        return visit_all<Layers...>(found);
    }

    template <class Found, class... Parts>
    static constexpr auto visit(Found found, const ResidualBlock<Parts...>*) {
        return visit_all<Parts...>(found);
    }

    template <class Found, class Main, class Other>
    static constexpr auto visit(Found found, const Residual<Main, Other>*) {
        return visit_all<Main, Other>(found);
    }

    template <class Found, FixedString name, class Layer>
    static constexpr auto visit(Found found, const Named<name, Layer>*) {
        return visit_all<Layer>(found);
    }

    template <class Found, int n, int width, class Block, class... Options>
    static constexpr auto visit(Found found, const Stage<n, width, Block, Options...>*) {
        return visit_all<Block>(found);
    }

    template <class Found, class... Layers>
    static constexpr auto visit(Found found, const Network<Layers...>*) {
        return visit_all<Layers...>(found);
    }

  private:
    template <class... Layers, class Found>
    static constexpr auto visit_all(Found found) {
        return meta::fold<Layers...>(found, [](auto so_far, auto layer) {
            return visit(so_far, static_cast<const meta::TypeOf<decltype(layer)>*>(nullptr));
        });
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The distinct activations of a network, as a list of types; nodes refer to them by position.
template <class Net>
using ActivationsOf = decltype(detail::Collector::visit(detail::meta::list<>, static_cast<const Net*>(nullptr)));

}  // namespace residua::inline RESIDUA_ISA
