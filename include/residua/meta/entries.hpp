#pragma once

#include <cstddef>

#include <residua/config.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Arrays as C has them. Their bounds are sizes and our numbers ints: the conversion is written here, once for all.
template <class T, int count>
using Row = T[static_cast<std::size_t>(count)];  // NOLINT(modernize-avoid-c-arrays): for registers
template <class T, int rows, int columns>
using Grid = T[static_cast<std::size_t>(rows)][static_cast<std::size_t>(columns)];  // NOLINT

/// `count` entries, by number: an int, or a Number of one kind. Plans are made while compiling: an array of our own
/// takes these as they are and costs compilers one call for an entry, std::array three. An aggregate without
/// initialisers of its own, as std::array: with them GCC 12 emits constants that lack those of T.
template <class T, int count, class N = int>
struct Entries {
    detail::Row<T, (count > 0 ? count : 1)> items;

    [[nodiscard]] static constexpr int size() { return count; }
    // As pointers: GCC makes one function of two that are equal but for `count`, and would then warn of the other's
    // bounds.
    constexpr T& operator[](N i) { return *(items + static_cast<int>(i)); }
    constexpr const T& operator[](N i) const { return *(items + static_cast<int>(i)); }

    constexpr T* begin() { return items; }
    constexpr T* end() { return items + count; }
    constexpr const T* begin() const { return items; }
    constexpr const T* end() const { return items + count; }

    constexpr void fill(const T& value) {
        for (T& item : items) item = value;
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
