#pragma once

#include <residua/config.hpp>

namespace residua::inline RESIDUA_ISA {

/// Shape of one image's map: channels, rows, columns.
struct Chw {
    int c = 0;
    int h = 0;
    int w = 0;

    [[nodiscard]] constexpr long count() const { return static_cast<long>(c) * h * w; }
    friend constexpr bool operator==(const Chw&, const Chw&) = default;
};

}  // namespace residua::inline RESIDUA_ISA
