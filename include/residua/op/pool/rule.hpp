#pragma once

#include <residua/graph/tracer.hpp>
#include <residua/layer/pool.hpp>
#include <residua/op/row.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Largest value under a window.
struct MaxPoolOp {
    static constexpr OpRow row{.word = "MaxPool", .shows_window = true, .reads_source = true};
};
/// Mean under a window.
struct AvgPoolOp {
    static constexpr OpRow row{.word = "AvgPool", .shows_window = true};
};

/// Without a stride a pool tiles the map, as PyTorch's do: the stride is the kernel's size, there is no padding unless
/// it is told, and nothing may be left over. With one it slides as a convolution does, padded by (kernel - 1) / 2.
template <int kernel, class... Options>
inline constexpr bool pool_tiles = !(is_stride<Options> || ...);

template <int kernel, class... Options>
inline constexpr Window pool_window{kernel, kernel, stride_or<Options...>(kernel),
                                    padding_or<Options...>(pool_tiles<kernel, Options...> ? 0 : (kernel - 1) / 2)};

/// Padding is at most half of the kernel, as in PyTorch, so that every window covers a pixel.
template <int kernel, class... Options>
constexpr Problem check_pool(Chw in) {
    if (!are_window_options<Options...>) return {Kind::OptionNotTaken};
    constexpr const Window& window = pool_window<kernel, Options...>;
    const Problem problem = check_window(window, in);
    if (problem.kind != Kind::Accepted) return problem;
    if (window.padding > kernel / 2) return {Kind::PaddingTooLarge, {0, kernel / 2, 0}, {0, window.padding, 0}};
    const Chw padded{0, in.h + 2 * window.padding, in.w + 2 * window.padding};
    if (pool_tiles<kernel, Options...> &&
        (window.rows(in.h) * kernel != padded.h || window.columns(in.w) * kernel != padded.w))
        return {Kind::SizeNotDivisible, {0, kernel, kernel}, padded};
    return {};
}

template <class Walk>
constexpr Cursor add_pool(Walk& walk, Cursor at, Op op, const Window& window) {
    return walk.add(
        {.op = op, .shape = {at.shape.c, window.rows(at.shape.h), window.columns(at.shape.w)}, .window = window}, at);
}

template <class Walk, int kernel, class... Options>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const MaxPool<kernel, Options...>*) {
    if (!walk.fits(check_pool<kernel, Options...>(at.shape))) return at;
    return add_pool(walk, at, op_of<MaxPoolOp>, pool_window<kernel, Options...>);
}

template <class Walk, int kernel, class... Options>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const AvgPool<kernel, Options...>*) {
    if (!walk.fits(check_pool<kernel, Options...>(at.shape))) return at;
    return add_pool(walk, at, op_of<AvgPoolOp>, pool_window<kernel, Options...>);
}

template <class Walk>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const GlobalAvgPool*) {
    return add_pool(walk, at, op_of<AvgPoolOp>, {at.shape.h, at.shape.w, 1, 0});
}

}  // namespace residua::detail::inline RESIDUA_ISA
