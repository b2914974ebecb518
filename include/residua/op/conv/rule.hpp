#pragma once

#include <utility>

#include <residua/graph/tracer.hpp>
#include <residua/layer/conv.hpp>
#include <residua/op/row.hpp>

namespace residua::detail::inline RESIDUA_ISA {

constexpr int conv_parameters(const Node& node, Chw src, NodeParameters& shapes) {
    const Window& window = node.window;
    shapes[0] = {Member::weight, 4, {node.shape.c, src.c, window.kernel_h, window.kernel_w}};
    shapes[1] = {Member::bias, 1, {node.shape.c, 1, 1, 1}};
    return node.bias ? 2 : 1;
}

constexpr long conv_multiply_adds(const Node& node, Chw src) { return node.shape.count() * src.c * node.window.taps(); }

/// A kernel for each channel of the result over all channels of the source.
struct ConvOp {
    static constexpr OpRow row{.role = Role::products,
                               .word = "Conv",
                               .shows_window = true,
                               .reads_source = true,
                               .parameters = conv_parameters,
                               .multiply_adds = conv_multiply_adds};
};

/// A convolution to `out` channels, if it fits.
template <class Walk>
constexpr Cursor add_conv(Walk& walk, Cursor at, int out, const Window& window, bool bias, const Name& name) {
    const Problem found = out <= 0 ? Problem{Kind::SizeNotPositive, {}, {out, window.kernel_h, window.stride}}
                                   : check_window(window, at.shape);
    if (!walk.fits(found)) return at;
    return walk.add({.op = op_of<ConvOp>,
                     .shape = {out, window.rows(at.shape.h), window.columns(at.shape.w)},
                     .window = window,
                     .bias = bias,
                     .name = name},
                    at);
}

/// A convolution without bias that keeps the size at stride 1, if it fits.
template <class Walk>
constexpr Cursor add_same_conv(Walk& walk, Cursor at, int out, int kernel, int step, const Name& name) {
    return add_conv(walk, at, out, {kernel, kernel, step, (kernel - 1) / 2}, false, name);
}

template <class Walk, int out, int kernel, class... Options>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const Conv<out, kernel, Options...>*) {
    if (!are_conv_options<Options...>) {
        walk.report({Kind::OptionNotTaken});
        return at;
    }
    const Window window{kernel, kernel, stride_or<Options...>(1), padding_or<Options...>((kernel - 1) / 2)};
    return add_conv(walk, at, out, window, (std::is_same_v<Options, Bias> || ...),
                    walk.next("conv", walk.numbering.convs));
}

/// A convolution that takes its width from around it.
template <class Walk, InheritsWidth Layer>
constexpr Cursor residua_add_layer(Walk& walk, Cursor at, const Layer*) {
    if (walk.width == 0) {
        walk.report({Kind::WidthUnknown, {}, {0, Layer::size, Layer::size}});
        return at;
    }
    const int step = std::exchange(walk.stride, 1);
    return add_same_conv(walk, at, walk.width * Layer::widening, Layer::size, step,
                         walk.next("conv", walk.numbering.convs));
}

}  // namespace residua::detail::inline RESIDUA_ISA
