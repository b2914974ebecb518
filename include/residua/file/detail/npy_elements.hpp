#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <residua/file/array_shape.hpp>
#include <residua/file/dtype.hpp>
#include <residua/file/error.hpp>
#include <residua/on_error.hpp>

/// \file
/// From the elements of a .npy file, in any order, to those of an array in memory.

namespace residua::detail::inline RESIDUA_ISA {

/// Turns the bytes of each element around.
inline std::vector<std::byte> reversed_elements(std::span<const std::byte> elements, std::size_t bytes) {
    std::vector<std::byte> result(elements.begin(), elements.end());
    for (auto element = result.begin(); element != result.end(); element += static_cast<std::ptrdiff_t>(bytes))
        std::reverse(element, element + static_cast<std::ptrdiff_t>(bytes));
    return result;
}

/// The elements of an array whose first dimension runs fastest, row-major.
inline std::vector<std::byte> row_major(std::span<const std::byte> elements, std::size_t bytes,
                                        std::span<const std::int64_t> shape) {
    std::vector<std::byte> result(elements.size());
    std::vector<std::int64_t> position(shape.size());
    for (std::size_t to = 0; to < result.size(); to += bytes) {
        std::size_t from = 0;
        for (std::size_t d = shape.size(); d-- > 0;)
            from = from * static_cast<std::size_t>(shape[d]) + static_cast<std::size_t>(position[d]);
        std::memcpy(&result[to], &elements[from * bytes], bytes);
        for (std::size_t d = shape.size(); d-- > 0 && ++position[d] == shape[d];) position[d] = 0;
    }
    return result;
}

/// Whether a number is the same in another type. Floating-point numbers may be rounded, but not become infinite.
template <class To, class From>
bool fits(From number) {
    if constexpr (std::floating_point<From> && std::floating_point<To>) {
        return std::isfinite(static_cast<To>(number)) || !std::isfinite(number);
    } else if constexpr (std::floating_point<From>) {
        const double above = std::ldexp(1.0, std::numeric_limits<To>::digits);
        const double value = number;
        return std::trunc(value) == value && value < above && value >= (std::is_signed_v<To> ? -above : 0.0);
    } else if constexpr (std::floating_point<To>) {
        const auto bits = static_cast<std::uint64_t>(number);
        const std::uint64_t magnitude = number < From{} ? 0 - bits : bits;
        const auto last = static_cast<int>(std::bit_width(magnitude));
        return magnitude == 0 || last - std::countr_zero(magnitude) <= std::numeric_limits<To>::digits;
    } else {
        return std::in_range<To>(number);
    }
}

template <class Number>
std::string digits_of(Number number) {
    std::array<char, 32> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr};
}

/// The position in each dimension of a row-major array's element.
inline std::vector<std::int64_t> position_of(std::size_t element, std::span<const std::int64_t> shape) {
    std::vector<std::int64_t> position(shape.size());
    for (std::size_t d = shape.size(); d-- > 0;) {
        const auto extent = static_cast<std::size_t>(shape[d]);
        position[d] = static_cast<std::int64_t>(element % extent);
        element /= extent;
    }
    return position;
}

/// Row-major elements of type `dtype`, in this machine's byte order, as another type. Throws FileError for the first
/// that does not fit.
template <class Value>
void convert_fitting(Dtype dtype, std::span<const std::byte> elements, std::span<Value> values,
                     std::span<const std::int64_t> shape, std::string_view file) {
    with_stored(dtype, [&]<class Stored>(auto decode) {
        std::size_t element = 0;
        convert_elements<Stored>(elements, values, [&](Stored stored) {
            const auto number = decode(stored);
            if (!fits<Value>(number)) {
                detail::raise(FileError(file, "element " + shape_text(position_of(element, shape)),
                                        "a number that fits " + std::string(name_of(dtype_of<Value>)),
                                        digits_of(number)));
            }
            ++element;
            return number;
        });
    });
}

}  // namespace residua::detail::inline RESIDUA_ISA
