#pragma once

/// \file
/// Shapes as types, and NumPy's broadcasting rule on them: aligned at the last axis, two extents fit if they are equal
/// or one of them is 1; a missing axis counts as 1.

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <residua/config.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Extents of a tensor, outermost first.
template <int... extent>
struct Shape {
    static_assert(((extent > 0) && ...), "every extent of a tensor is at least 1");
    static constexpr int rank = sizeof...(extent);
    static constexpr long size = (1L * ... * extent);
    static constexpr std::array<int, sizeof...(extent)> extents{extent...};
};

/// The extent of axis `axis` of `rank`, with axes missing in front counted as 1.
template <class S>
constexpr int padded_extent(int axis, int rank) {
    const int own = axis - (rank - S::rank);
    return own < 0 ? 1 : S::extents[static_cast<std::size_t>(own)];
}

constexpr int broadcast_extent(int a, int b) { return a == 1 ? b : a; }

template <class A, class B>
inline constexpr int broadcast_rank = A::rank > B::rank ? A::rank : B::rank;

template <class A, class B>
constexpr bool broadcast_fits() {
    for (int axis = 0; axis < broadcast_rank<A, B>; ++axis) {
        const int a = padded_extent<A>(axis, broadcast_rank<A, B>);
        const int b = padded_extent<B>(axis, broadcast_rank<A, B>);
        if (a != b && a != 1 && b != 1) return false;
    }
    return true;
}

template <class A, class B, std::size_t... axis>
auto broadcast_shape(std::index_sequence<axis...>)
    -> Shape<broadcast_extent(padded_extent<A>(axis, broadcast_rank<A, B>),
                              padded_extent<B>(axis, broadcast_rank<A, B>))...>;

/// True if tensors of shapes A and B can stand in one formula.
template <class A, class B>
inline constexpr bool broadcasts = detail::broadcast_fits<A, B>();

/// Verdict: the shapes fit together.
template <class Result>
struct ShapesBroadcast {
    static constexpr bool ok = true;
    using Type = Result;
};

/// Verdict: two shapes in one formula where some extent differs and neither is 1.
template <class A, class B>
struct ShapesDoNotBroadcast {
    static constexpr bool ok = false;
    using Type = A;
};

/// Verdict: an expression assigned to a tensor that is smaller than, or different from, the expression's shape.
template <class Destination, class Source>
struct ShapeDoesNotFitDestination {
    static constexpr bool ok = false;
};

template <class A, class B, bool fits = broadcasts<A, B>>
struct Broadcast {
    using Verdict = ShapesDoNotBroadcast<A, B>;
};
template <class A, class B>
struct Broadcast<A, B, true> {
    using Verdict = ShapesBroadcast<decltype(broadcast_shape<A, B>(std::make_index_sequence<broadcast_rank<A, B>>{}))>;
};

/// The verdict on a formula of tensors of shapes A and B; the member Type of an accepting one is the shape of the
/// result.
template <class A, class B>
using BroadcastVerdict = typename detail::Broadcast<A, B>::Verdict;

/// True if an expression of shape Source can be assigned to a tensor of shape Destination.
template <class Destination, class Source>
inline constexpr bool assignable = std::is_same_v<BroadcastVerdict<Destination, Source>, ShapesBroadcast<Destination>>;

}  // namespace residua::detail::inline RESIDUA_ISA
