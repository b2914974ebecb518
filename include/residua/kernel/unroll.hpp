#pragma once

#include <type_traits>
#include <utility>

#include <residua/config.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <class Body, int... indices>
RESIDUA_INLINE void unroll(Body& body, std::integer_sequence<int, indices...>) {
    (body(std::integral_constant<int, indices>{}), ...);
}

/// Calls `body(0) ... body(count - 1)` with constants, as straight-line code: arrays of registers indexed so stay in
/// registers.
template <int count, class Body>
RESIDUA_INLINE void unroll(Body body) {
    unroll(body, std::make_integer_sequence<int, count>{});
}

}  // namespace residua::detail::inline RESIDUA_ISA
