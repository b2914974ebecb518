#pragma once

#include <residua/expr/derivative.hpp>
#include <residua/graph/activations.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The expression of a network's activation number `which` applied to `inner`; no activation hands it on.
template <class Net, int which, class Inner>
constexpr auto activated(Inner inner) {
    if constexpr (which < 0)
        return inner;
    else
        return substitute<0>(meta::At<ActivationsOf<Net>, which>::expression, inner);
}

/// Derivative of an activation at its argument, one where there is none.
template <class Net, int which>
constexpr auto slope() {
    if constexpr (which < 0)
        return One{};
    else
        return derivative<0>(meta::At<ActivationsOf<Net>, which>::expression);
}

}  // namespace residua::detail::inline RESIDUA_ISA
