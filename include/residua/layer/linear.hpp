#pragma once

#include <type_traits>

#include <residua/layer/options.hpp>
#include <residua/shape/problem.hpp>
#include <residua/shape/window.hpp>

namespace residua {

/// Lets a linear layer read a whole map: its values in the order channels, rows, columns.
struct Flatten {};

/// Fully connected layer with bias: (c, 1, 1) -> (out, 1, 1), weights out x c. With the option `Flatten`
/// (c, h, w) -> (out, 1, 1), weights out x (c h w).
template <int out, class... Options>
struct Linear {
    static constexpr bool flattens = sizeof...(Options) > 0;

    static constexpr detail::Problem check(Chw in) {
        if (sizeof...(Options) > 1 || !(std::is_same_v<Options, Flatten> && ...)) return {detail::Kind::OptionNotTaken};
        if (out <= 0) return {detail::Kind::SizeNotPositive, {}, {out, 1, 1}};
        if (!flattens && (in.h != 1 || in.w != 1)) return {detail::Kind::LinearAfterMap, {in.c, 1, 1}, in};
        return {};
    }
    static constexpr Chw output(Chw) { return {out, 1, 1}; }
    /// The convolution it is: a kernel as large as the map.
    static constexpr detail::Window window(Chw in) { return {in.h, in.w, 1, 0}; }
};

}  // namespace residua
