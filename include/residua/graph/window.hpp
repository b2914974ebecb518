#pragma once

#include <residua/graph/problem.hpp>

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

    /// The shape rule of every sliding kernel.
    [[nodiscard]] constexpr Problem check(Chw in) const {
        if (kernel_h <= 0 || stride <= 0 || padding < 0)
            return {Kind::SizeNotPositive, {}, {kernel_h, stride, padding}};
        if (kernel_h > in.h + 2 * padding || kernel_w > in.w + 2 * padding)
            return {Kind::KernelLargerThanInput, {0, kernel_h, kernel_w}, {0, in.h + 2 * padding, in.w + 2 * padding}};
        return {};
    }

    friend constexpr bool operator==(const Window&, const Window&) = default;
};

}  // namespace residua::detail::inline RESIDUA_ISA
