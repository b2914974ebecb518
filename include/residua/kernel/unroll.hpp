#pragma once

#include <type_traits>
#include <utility>

#include <residua/config.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <class Indices>
struct Unroll;
template <int... indices>
struct Unroll<std::integer_sequence<int, indices...>> {
    template <class Body>
    RESIDUA_INLINE void operator()(Body body) const {
        (body(std::integral_constant<int, indices>{}), ...);
    }
};

/// Calls `body(0) ... body(count - 1)` with constants, as straight-line code: arrays of registers indexed so stay in
/// registers. A body of `int` compiles once, one of `auto` for each of its arguments, which are constants of its types.
template <int count>
inline constexpr Unroll<std::make_integer_sequence<int, count>> unroll{};

}  // namespace residua::detail::inline RESIDUA_ISA
