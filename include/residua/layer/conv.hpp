#pragma once

#include <residua/layer/options.hpp>

namespace residua {

/// Convolution with `out` square kernels of size `kernel`: (c, h, w) -> (out, h', w'), weights out x c x kernel x
/// kernel. Options: `Stride<s>` (1), `Padding<p>` ((kernel - 1) / 2, which keeps the size at stride 1), `Bias` (none),
/// `Groups<g>` (1): g divides both numbers of channels, weights are out x c / g x kernel x kernel.
template <int out, int kernel, class... Options>
struct Conv {};

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
