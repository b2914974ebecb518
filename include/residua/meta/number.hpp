#pragma once

#include <cstddef>
#include <type_traits>

#include <residua/config.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The number of an entry in a list, of a node, a map, a step and so on: for each kind a scoped enum of its own, so
/// that compilers take none for another. The first number is N{}; `none` stands for no entry.
template <class N>
concept Number = std::is_enum_v<N> && requires {
    N::none;
};

template <Number N>
constexpr N& operator++(N& number) {
    return number = static_cast<N>(static_cast<int>(number) + 1);
}
template <Number N>
constexpr N& operator--(N& number) {
    return number = static_cast<N>(static_cast<int>(number) - 1);
}
/// So many further on.
template <Number N>
constexpr N operator+(N number, int further) {
    return static_cast<N>(static_cast<int>(number) + further);
}
template <Number N>
constexpr N operator-(N number, int back) {
    return static_cast<N>(static_cast<int>(number) - back);
}

/// How many entries lie before this one: its place in an array.
template <Number N>
constexpr int place_of(N number) {
    return static_cast<int>(number);
}
/// The same of a Number or an int, as containers of the standard library take it.
template <class N>
requires Number<N> || std::is_same_v<N, int>
constexpr std::size_t index(N number) { return static_cast<std::size_t>(number); }

}  // namespace residua::detail::inline RESIDUA_ISA
