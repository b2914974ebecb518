#pragma once

/// \file
/// The only door to Boost.Hana: lists of types, folded and searched without recursion of our own.

#include <boost/hana/append.hpp>
#include <boost/hana/contains.hpp>
#include <boost/hana/fold_left.hpp>
#include <boost/hana/index_if.hpp>
#include <boost/hana/length.hpp>
#include <boost/hana/tuple.hpp>
#include <boost/hana/type.hpp>
#include <boost/hana/unpack.hpp>
#include <type_traits>

#include <residua/config.hpp>

namespace residua::detail::meta::inline RESIDUA_ISA {

namespace hana = boost::hana;

template <class T>
inline constexpr auto type = hana::type_c<T>;

/// The type of `type<T>`, for the parameters of functions.
template <class T>
using Type = hana::basic_type<T>;

template <class... Ts>
inline constexpr auto list = hana::tuple_t<Ts...>;

/// The type that a `meta::type` constant stands for.
template <class Constant>
using TypeOf = typename std::remove_cvref_t<Constant>::type;

/// Folds `step(state, type)` over the types of the list from left to right.
template <class List, class State, class Step>
constexpr auto fold(List types, State state, Step step) {
    return hana::fold_left(types, state, step);
}

/// The list with `element` added, unless it is there already.
template <class List, class Element>
constexpr auto insert(List types, Element element) {
    if constexpr (decltype(hana::contains(types, element))::value)
        return types;
    else
        return hana::append(types, element);
}

/// Position of `element` in the list, counted from 0.
template <class List, class Element>
constexpr int index_of(List types, Element element) {
    return static_cast<int>(
        std::remove_cvref_t<decltype(hana::index_if(types, hana::equal.to(element)).value())>::value);
}

template <class List>
inline constexpr int length = static_cast<int>(decltype(hana::length(std::declval<List>()))::value);

/// `make(types...)` with every type of the list as an argument.
template <class List, class Make>
constexpr auto unpack(List types, Make make) {
    return hana::unpack(types, make);
}

/// The type at position `i` of the list.
template <class List, int i>
using At = TypeOf<decltype(hana::at_c<i>(std::declval<List>()))>;

}  // namespace residua::detail::meta::inline RESIDUA_ISA
