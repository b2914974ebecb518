#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>

#include <residua/config.hpp>

/// \file
/// Element types of tensor files and their conversion. Files are little endian, as is every machine supported.

namespace residua::inline RESIDUA_ISA {

static_assert(std::endian::native == std::endian::little, "residua reads and writes little-endian files in place");

/// Element types of safetensors files, in the order of `dtypes`.
enum class Dtype { F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, BOOL };

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

struct DtypeInfo {
    std::string_view name;
    std::size_t bytes;
};

inline constexpr std::array<DtypeInfo, 13> dtypes{{{"F64", 8},
                                                   {"F32", 4},
                                                   {"F16", 2},
                                                   {"BF16", 2},
                                                   {"I64", 8},
                                                   {"I32", 4},
                                                   {"I16", 2},
                                                   {"I8", 1},
                                                   {"U64", 8},
                                                   {"U32", 4},
                                                   {"U16", 2},
                                                   {"U8", 1},
                                                   {"BOOL", 1}}};

template <class Value>
struct DtypeOf;
template <>
struct DtypeOf<double> : std::integral_constant<Dtype, Dtype::F64> {};
template <>
struct DtypeOf<float> : std::integral_constant<Dtype, Dtype::F32> {};
template <>
struct DtypeOf<std::int64_t> : std::integral_constant<Dtype, Dtype::I64> {};
template <>
struct DtypeOf<std::uint64_t> : std::integral_constant<Dtype, Dtype::U64> {};
template <>
struct DtypeOf<std::uint8_t> : std::integral_constant<Dtype, Dtype::U8> {};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The element type that holds a C++ type exactly: double, float, std::int64_t, std::uint64_t, std::uint8_t.
template <class Value>
inline constexpr Dtype dtype_of = detail::DtypeOf<Value>::value;

/// The name in files, e.g. "F32".
constexpr std::string_view name_of(Dtype dtype) { return detail::dtypes[static_cast<std::size_t>(dtype)].name; }

/// Bytes of one element.
constexpr std::size_t bytes_of(Dtype dtype) { return detail::dtypes[static_cast<std::size_t>(dtype)].bytes; }

/// The type of that name, if there is one.
constexpr std::optional<Dtype> dtype_named(std::string_view name) {
    for (std::size_t i = 0; i < detail::dtypes.size(); ++i) {
        if (detail::dtypes[i].name == name) return static_cast<Dtype>(i);
    }
    return std::nullopt;
}

/// The value of an IEEE 754 half (binary16), exactly; a NaN keeps its sign and payload.
constexpr float float_from_f16(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000U) << 16U;
    const std::uint32_t exponent = (half >> 10U) & 0x1FU;
    const std::uint32_t fraction = half & 0x3FFU;
    if (exponent == 0) {  // zero and subnormals: fraction x 2^-24
        const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
        return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | sign);
    }
    const std::uint32_t wide = exponent == 0x1FU ? 0xFFU : exponent + (127U - 15U);
    return std::bit_cast<float>(sign | (wide << 23U) | (fraction << 13U));
}

/// The value of a bfloat16 (the upper half of a float), exactly.
constexpr float float_from_bf16(std::uint16_t bits) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// Reads elements of type `Stored` (at any alignment), and converts each by `convert`.
template <class Stored, class Value, class Convert>
void convert_elements(std::span<const std::byte> bytes, std::span<Value> dst, Convert convert) {
    for (std::size_t i = 0; i < dst.size(); ++i) {
        Stored stored;
        std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
        dst[i] = static_cast<Value>(convert(stored));  // NOLINT(bugprone-signed-char-misuse): the sign is meant
    }
}

/// Calls `visit.template operator()<Stored>(decode)`: `Stored` is what lies in a file of this type, and `decode` makes
/// a number of it.
template <class Visit>
void with_stored(Dtype dtype, const Visit& visit) {
    constexpr auto as_it_is = [](auto stored) { return stored; };
    switch (dtype) {
        case Dtype::F64:
            return visit.template operator()<double>(as_it_is);
        case Dtype::F32:
            return visit.template operator()<float>(as_it_is);
        case Dtype::F16:
            return visit.template operator()<std::uint16_t>(float_from_f16);
        case Dtype::BF16:
            return visit.template operator()<std::uint16_t>(float_from_bf16);
        case Dtype::I64:
            return visit.template operator()<std::int64_t>(as_it_is);
        case Dtype::I32:
            return visit.template operator()<std::int32_t>(as_it_is);
        case Dtype::I16:
            return visit.template operator()<std::int16_t>(as_it_is);
        case Dtype::I8:
            return visit.template operator()<std::int8_t>(as_it_is);
        case Dtype::U64:
            return visit.template operator()<std::uint64_t>(as_it_is);
        case Dtype::U32:
            return visit.template operator()<std::uint32_t>(as_it_is);
        case Dtype::U16:
            return visit.template operator()<std::uint16_t>(as_it_is);
        case Dtype::U8:
        case Dtype::BOOL:
            return visit.template operator()<std::uint8_t>(as_it_is);
    }
}

/// `bytes` holds dst.size() elements of type `dtype`.
template <class Value>
void convert_numbers(Dtype dtype, std::span<const std::byte> bytes, std::span<Value> dst) {
    with_stored(dtype, [&]<class Stored>(auto decode) { convert_elements<Stored>(bytes, dst, decode); });
}

}  // namespace residua::detail::inline RESIDUA_ISA
