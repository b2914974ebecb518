#pragma once

#include <residua/config.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// A kernel that slides over a map: convolution or pooling.
struct Window {
    int kernel_h = 1;
    int kernel_w = 1;
    int stride = 1;
    int padding = 0;

    [[nodiscard]] constexpr int rows(int h) const { return (h + 2 * padding - kernel_h) / stride + 1; }
    [[nodiscard]] constexpr int columns(int w) const { return (w + 2 * padding - kernel_w) / stride + 1; }
    [[nodiscard]] constexpr int taps() const { return kernel_h * kernel_w; }

    friend constexpr bool operator==(const Window&, const Window&) = default;
};

}  // namespace residua::detail::inline RESIDUA_ISA
