#pragma once

#include <residua/config.hpp>
#include <residua/layer/options.hpp>
#include <residua/shape/window.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Without a stride a pool tiles the map, as PyTorch's do: the stride is the kernel's size, there is no padding unless
/// it is told, and nothing may be left over. With one it slides as a convolution does, padded by (kernel - 1) / 2.
/// Padding is at most half of the kernel, as in PyTorch, so that every window covers a pixel.
template <int kernel, class... Options>
struct Pool {
    static constexpr bool tiles = !(is_stride<Options> || ...);
    static constexpr Window window{kernel, kernel, stride_or<Options...>(kernel),
                                   padding_or<Options...>(tiles ? 0 : (kernel - 1) / 2)};

    static constexpr Problem check(Chw in) {
        if (!are_window_options<Options...>) return {Kind::OptionNotTaken};
        const Problem problem = window.check(in);
        if (problem.kind == Kind::Accepted && window.padding > kernel / 2)
            return {Kind::PaddingTooLarge, {0, kernel / 2, 0}, {0, window.padding, 0}};
        const Chw padded{0, in.h + 2 * window.padding, in.w + 2 * window.padding};
        if (problem.kind == Kind::Accepted && tiles &&
            (window.rows(in.h) * kernel != padded.h || window.columns(in.w) * kernel != padded.w))
            return {Kind::SizeNotDivisible, {0, kernel, kernel}, padded};
        return problem;
    }
    static constexpr Chw output(Chw in) { return {in.c, window.rows(in.h), window.columns(in.w)}; }
};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua {

/// Largest value under a window. Padding counts as minus infinity. `MaxPool<2>` tiles the map and wants even sizes;
/// `MaxPool<3, Stride<2>>` is the paper's overlapping one (padding 1).
template <int kernel, class... Options>
struct MaxPool : detail::Pool<kernel, Options...> {};

/// Mean under a window; padding counts as zeros in the mean.
template <int kernel, class... Options>
struct AvgPool : detail::Pool<kernel, Options...> {};

/// Mean of each channel: (c, h, w) -> (c, 1, 1).
struct GlobalAvgPool {};

}  // namespace residua
