#pragma once

#include <residua/config.hpp>
#include <residua/shape/activations.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The expression of a network's activation number `which` applied to `inner`; no activation hands it on.
template <class Net, int which, class Inner>
constexpr auto activated(Inner inner) {
    if constexpr (which < 0)
        return inner;
    else
        return substitute<0>(meta::At<ActivationsOf<Net>, which>::expression, inner);
}

}  // namespace residua::detail::inline RESIDUA_ISA
