#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>

#include <residua/config.hpp>

namespace residua::inline RESIDUA_ISA {

/// A shape as people write it, e.g. "[16, 3, 3, 3]"; "[]" for a scalar.
inline std::string shape_text(std::span<const std::int64_t> shape) {
    std::string text = "[";
    for (const auto extent : shape) text.append(text.size() > 1 ? ", " : "").append(std::to_string(extent));
    return text + "]";
}

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// Bytes of an array, unless an extent is negative or the product (zero extents left out, so that it does not depend on
/// their place) is beyond any file.
inline std::optional<std::size_t> bytes_of_shape(std::span<const std::int64_t> shape, std::size_t element_bytes) {
    constexpr auto largest = static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max());
    std::size_t bytes = element_bytes;
    bool empty = false;
    for (const auto extent : shape) {
        if (extent < 0) return std::nullopt;
        if (extent == 0) {
            empty = true;
            continue;
        }
        if (static_cast<std::size_t>(extent) > largest / bytes) return std::nullopt;
        bytes *= static_cast<std::size_t>(extent);
    }
    return empty ? 0 : bytes;
}

}  // namespace residua::detail::inline RESIDUA_ISA
