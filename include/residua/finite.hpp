#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <type_traits>

#include <residua/config.hpp>

/// \file
/// Numbers that are not finite, infinities and NaN, are told from others by their bits: with -ffast-math a compiler
/// takes isfinite(x) for true and x != x for false.

namespace residua::detail::inline RESIDUA_ISA {

template <class T>
using BitsOf = std::conditional_t<sizeof(T) == sizeof(std::uint32_t), std::uint32_t, std::uint64_t>;

template <class T>
inline constexpr BitsOf<T> sign_bit = BitsOf<T>{1} << (8 * sizeof(T) - 1);

/// The bits of a float or double, without its sign. Read from memory: there compilers know nothing of a number's kind.
template <class T>
BitsOf<T> magnitude_bits(const T& value) {
    BitsOf<T> bits;
    std::memcpy(&bits, &value, sizeof(bits));
    return bits & ~sign_bit<T>;
}

/// Whether all of them are finite. One pass at the speed of memory.
template <class T>
bool all_finite(std::span<const T> values) {
    // An exponent of ones is that of no finite number, and one more carries into the sign.
    constexpr BitsOf<T> one_more = BitsOf<T>{1} << (std::numeric_limits<T>::digits - 1);
    constexpr std::size_t piece = 256;  // constant, so that g++ makes vectors of it without -O3
    BitsOf<T> seen = 0;
    const auto look_at = [&](const T* from, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) seen |= magnitude_bits(from[i]) + one_more;
    };
    for (; values.size() >= piece; values = values.subspan(piece)) look_at(values.data(), piece);
    look_at(values.data(), values.size());
    return (seen & sign_bit<T>) == 0;
}

/// Where the first one is that is not finite, if there is one, else values.size().
template <class T>
std::size_t first_not_finite(std::span<const T> values) {
    if (all_finite(values)) return values.size();
    std::size_t i = 0;
    while (all_finite(values.subspan(i, 1))) ++i;
    return i;
}

/// Whether a single number is finite.
template <class T>
bool is_finite(T value) {
    const volatile T in_memory = value;  // not in a register that a compiler knows to hold finite numbers only
    const T copy = in_memory;
    return all_finite(std::span(&copy, 1));
}

template <class T>
inline constexpr BitsOf<T> infinity_bits = ~sign_bit<T> >> (std::numeric_limits<T>::digits - 1)
                                                               << (std::numeric_limits<T>::digits - 1);

template <class T>
bool is_nan(const T& value) {
    return magnitude_bits(value) > infinity_bits<T>;
}

/// A number for people: "nan", "inf", "-inf", or as few digits as give it again.
template <class T>
std::string number_text(const T& value) {
    if (is_nan(value)) return "nan";
    if (magnitude_bits(value) == infinity_bits<T>) return std::signbit(value) ? "-inf" : "inf";
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

}  // namespace residua::detail::inline RESIDUA_ISA
