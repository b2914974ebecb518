#pragma once

#include <residua/layer/residual.hpp>
#include <residua/meta/list.hpp>

namespace residua::detail::inline RESIDUA_ISA {

void activation_base(const void*);
template <auto function>
Activation<function> activation_base(const Activation<function>*);

/// The activation that a layer is or inherits from, or void.
template <class Layer>
using ActivationBase = decltype(activation_base(static_cast<const Layer*>(nullptr)));

/// Asks for the layers that another is composed of. With it overloads of `residua_parts_of` are found wherever they
/// stand.
struct Parts {};

constexpr auto residua_parts_of(Parts, const void*) { return meta::list<>; }

template <class... Layers>
constexpr auto residua_parts_of(Parts, const Sequence<Layers...>*) {
    return meta::list<Layers...>;
}
template <class... Layers>
constexpr auto residua_parts_of(Parts, const ResidualBlock<Layers...>*) {
    return meta::list<Layers...>;
}
template <class Main, class Other>
constexpr auto residua_parts_of(Parts, const Residual<Main, Other>*) {
    return meta::list<Main, Other>;
}
template <FixedString name, class Layer>
constexpr auto residua_parts_of(Parts, const Named<name, Layer>*) {
    return meta::list<Layer>;
}
template <int n, int width, class Block, class... Options>
constexpr auto residua_parts_of(Parts, const Stage<n, width, Block, Options...>*) {
    return meta::list<Block>;
}
template <class... Layers>
constexpr auto residua_parts_of(Parts, const Network<Layers...>*) {
    return meta::list<Layers...>;
}

/// The activations in a layer, added to those that were found.
template <class Layer, class Found>
constexpr auto collect_activations(Found found) {
    if constexpr (std::is_void_v<ActivationBase<Layer>>)
        return meta::fold(
            residua_parts_of(Parts{}, static_cast<const Layer*>(nullptr)), found,
            [](auto so_far, auto part) { return collect_activations<meta::TypeOf<decltype(part)>>(so_far); });
    else
        return meta::insert(found, meta::type<ActivationBase<Layer>>);
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The distinct activations of a network, as a list of types; nodes refer to them by position.
template <class Net>
using ActivationsOf = decltype(detail::collect_activations<Net>(detail::meta::list<>));

}  // namespace residua::inline RESIDUA_ISA
