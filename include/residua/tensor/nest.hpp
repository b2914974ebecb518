#pragma once

/// \file
/// The loops behind a tensor formula: which axes there are after merging neighbours that behave alike, and how far each
/// operand moves along each of them. All known at compile time.

#include <array>
#include <cstddef>

#include <residua/config.hpp>
#include <residua/tensor/broadcast.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <std::size_t operands>
struct Axis {
    long extent = 1;
    std::array<bool, operands> moves{};   ///< false: the operand is the same all along this axis
    std::array<long, operands> stride{};  ///< in elements; 0 where the operand does not move
};

/// Loops over at most `capacity` axes. Operand 0 is the destination; it stands still along the axes reduced away.
template <std::size_t operands, std::size_t capacity>
struct Nest {
    std::array<Axis<operands>, capacity> axes{};
    std::size_t rank = 0;

    constexpr const Axis<operands>& innermost() const { return axes[rank - 1]; }

    /// The product of the extents of the outer axes along which the destination moves, or of those where it does not.
    constexpr long outer_count(bool kept) const {
        long count = 1;
        for (std::size_t i = 0; i + 1 < rank; ++i) {
            if (axes[i].moves[0] == kept) count *= axes[i].extent;
        }
        return count;
    }
};

template <std::size_t operands, std::size_t capacity>
constexpr void append_axis(Nest<operands, capacity>& nest, const Axis<operands>& axis) {
    if (axis.extent == 1) return;
    if (nest.rank > 0 && nest.innermost().moves == axis.moves) {
        nest.axes[nest.rank - 1].extent *= axis.extent;
    } else {
        nest.axes[nest.rank++] = axis;
    }
}

template <std::size_t operands, std::size_t capacity>
constexpr void compute_strides(Nest<operands, capacity>& nest) {
    for (std::size_t operand = 0; operand < operands; ++operand) {
        long stride = 1;
        for (std::size_t i = nest.rank; i-- > 0;) {
            if (!nest.axes[i].moves[operand]) continue;
            nest.axes[i].stride[operand] = stride;
            stride *= nest.axes[i].extent;
        }
    }
}

/// The nest over `Full`, the shape of the formula. Destination has Full's rank, with 1 where an axis is reduced away;
/// the leaves broadcast to Full.
template <class Full, class Destination, class... Leaves>
constexpr auto make_nest() {
    constexpr std::size_t operands = 1 + sizeof...(Leaves);
    Nest<operands, static_cast<std::size_t>(Full::rank) + 1> nest;
    for (int i = 0; i < Full::rank; ++i) {
        const int extent = padded_extent<Full>(i, Full::rank);
        append_axis(nest, Axis<operands>{extent,
                                         {padded_extent<Destination>(i, Full::rank) == extent,
                                          (padded_extent<Leaves>(i, Full::rank) == extent)...},
                                         {}});
    }
    if (nest.rank == 0) nest.axes[nest.rank++].moves.fill(true);
    compute_strides(nest);
    return nest;
}

/// Where `operand` is at position `index` of the outer kept (or reduced) axes, counted in row-major order. Unrolled, so
/// that the divisions are by constants. Works on the axes before `end`.
template <const auto& nest, std::size_t operand, bool kept, std::size_t end = nest.rank - 1>
RESIDUA_INLINE constexpr long outer_offset(long index) {
    if constexpr (end == 0) {
        return 0;
    } else if constexpr (constexpr auto& axis = nest.axes[end - 1]; axis.moves[0] != kept) {
        return outer_offset<nest, operand, kept, end - 1>(index);
    } else {
        return index % axis.extent * axis.stride[operand] +
               outer_offset<nest, operand, kept, end - 1>(index / axis.extent);
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA
