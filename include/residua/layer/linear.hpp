#pragma once

#include <type_traits>

#include <residua/config.hpp>
#include <residua/layer/options.hpp>
#include <residua/shape/problem.hpp>
#include <residua/shape/window.hpp>

namespace residua {

/// Lets a linear layer read a whole map: its values in the order channels, rows, columns.
struct Flatten {};

}  // namespace residua

namespace residua::detail::inline RESIDUA_ISA {

template <int out, class... Options>
struct LinearRule {
    static constexpr bool flattens = sizeof...(Options) > 0;

    static constexpr Problem check(Chw in) {
        if (sizeof...(Options) > 1 || !(std::is_same_v<Options, Flatten> && ...)) return {Kind::OptionNotTaken};
        if (out <= 0) return {Kind::SizeNotPositive, {}, {out, 1, 1}};
        if (!flattens && (in.h != 1 || in.w != 1)) return {Kind::LinearAfterMap, {in.c, 1, 1}, in};
        return {};
    }
    static constexpr Chw output(Chw) { return {out, 1, 1}; }
    /// The convolution it is: a kernel as large as the map.
    static constexpr Window window(Chw in) { return {in.h, in.w, 1, 0}; }
};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua {

/// Fully connected layer with bias: (c, 1, 1) -> (out, 1, 1), weights out x c. With the option `Flatten`
/// (c, h, w) -> (out, 1, 1), weights out x (c h w).
template <int out, class... Options>
struct Linear : detail::LinearRule<out, Options...> {};

}  // namespace residua
