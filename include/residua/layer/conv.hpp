#pragma once

#include <type_traits>

#include <residua/config.hpp>
#include <residua/layer/options.hpp>
#include <residua/shape/window.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <int out, int kernel, class... Options>
struct ConvRule {
    static constexpr Window window{kernel, kernel, stride_or<Options...>(1), padding_or<Options...>((kernel - 1) / 2)};
    static constexpr bool bias = (std::is_same_v<Options, Bias> || ...);

    static constexpr Problem check(Chw in) {
        if (!are_conv_options<Options...>) return {Kind::OptionNotTaken};
        return out <= 0 ? Problem{Kind::SizeNotPositive, {}, {out, kernel, window.stride}} : window.check(in);
    }
    static constexpr Chw output(Chw in) { return {out, window.rows(in.h), window.columns(in.w)}; }
};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua {

/// Convolution with `out` square kernels of size `kernel`: (c, h, w) -> (out, h', w'), weights out x c x kernel x
/// kernel. Options: `Stride<s>` (1), `Padding<p>` ((kernel - 1) / 2, which keeps the size at stride 1), `Bias` (none).
template <int out, int kernel, class... Options>
struct Conv : detail::ConvRule<out, kernel, Options...> {};

namespace detail {

/// A convolution whose width and stride come from the block or stage it stands in.
template <int kernel>
struct InheritingConv {
    static constexpr int size = kernel;
    static constexpr int widening = 1;
    static constexpr bool strided = false;
};

/// A layer that takes its width from around it.
template <class Layer>
concept InheritsWidth = requires {
    Layer::widening;
};

}  // namespace detail

struct Conv1x1 : detail::InheritingConv<1> {};
struct Conv3x3 : detail::InheritingConv<3> {};

/// The convolution with `factor` times the width of its stage: the last one of a bottleneck has `Widen<4, Conv1x1>`.
template <int factor, class InheritingConv>
struct Widen : InheritingConv {
    static constexpr int widening = factor;
};

/// The convolution of a block that carries the block's stride. Without one the first does, as in the paper.
template <class InheritingConv>
struct Strided : InheritingConv {
    static constexpr bool strided = true;
};

}  // namespace residua
