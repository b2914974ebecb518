#pragma once

#include <residua/op/conv/rule.hpp>

namespace residua::detail::inline RESIDUA_ISA {

constexpr int grouped_conv_parameters(const Node& node, Chw src, NodeParameters& shapes) {
    return conv_parameters(node, {src.c / node.setting, src.h, src.w}, shapes);
}

constexpr long grouped_conv_multiply_adds(const Node& node, Chw src) {
    return conv_multiply_adds(node, src) / node.setting;
}

/// A convolution whose channels see those of their own group only. A node's setting is the number of groups.
struct GroupedConvOp {
    static constexpr OpRow row{.role = Role::weighted,
                               .word = "Grouped conv",
                               .shows_window = true,
                               .setting = "groups",
                               .reads_source = true,
                               .parameters = grouped_conv_parameters,
                               .multiply_adds = grouped_conv_multiply_adds};
};

constexpr Problem check_groups(Chw in, int out, int groups, const Window& window) {
    if (out <= 0 || groups <= 0) return {Kind::SizeNotPositive, {}, {out, groups, window.kernel_h}};
    for (const int channels : {in.c, out})
        if (channels % groups != 0) return {Kind::ChannelsNotDivisible, {groups, 0, 0}, {channels, 0, 0}};
    return check_window(window, in);
}

template <class Walk, int out, int kernel, class... Options>
requires(is_groups<Options> || ...) constexpr Cursor
    residua_add_layer(Walk& walk, Cursor at, const Conv<out, kernel, Options...>*) {
    if (!are_grouped_conv_options<Options...>) {
        walk.report({Kind::OptionNotTaken});
        return at;
    }
    constexpr Window window{kernel, kernel, stride_or<Options...>(1), padding_or<Options...>((kernel - 1) / 2)};
    constexpr int groups = (groups_value<Options> + ...);
    constexpr bool bias = (std::is_same_v<Options, Bias> || ...);
    if (groups == 1) return add_conv(walk, at, out, window, bias, walk.next("conv", walk.numbering.convs));
    if (!walk.fits(check_groups(at.shape, out, groups, window))) return at;
    return walk.add({.op = op_of<GroupedConvOp>,
                     .shape = {out, window.rows(at.shape.h), window.columns(at.shape.w)},
                     .window = window,
                     .bias = bias,
                     .setting = groups,
                     .name = walk.next("conv", walk.numbering.convs)},
                    at);
}

}  // namespace residua::detail::inline RESIDUA_ISA
