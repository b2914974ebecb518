#pragma once

/// \file
/// The type language written as values: `input<3, 32, 32> >> conv<16, 3> >> bn >> relu >> global_avg_pool >>
/// linear<10>` has the type `Network<Input<3, 32, 32>, Conv<16, 3>, BN, ReLU, GlobalAvgPool, Linear<10>>`. Every value
/// is an object of the empty type it stands for, so `struct Net : decltype(input<...> >> ...) {};` names a network. The
/// names live in `residua::values`, because a program that only wants the types may well call its own things `conv` or
/// `input`.

#include <residua/config.hpp>
#include <residua/layer/concat.hpp>
#include <residua/layer/linear.hpp>
#include <residua/layer/maxout.hpp>
#include <residua/layer/pool.hpp>
#include <residua/layer/residual.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The address of an element-wise function of an expression: how `relu`, a family of functions, can stand in a chain.
/// Its result's type tells it from its sisters.
using ReLUFunction = decltype(relu(Variable<0>{})) (*)(const Variable<0>&);

template <class Left, class Right>
struct Append {
    using Type = Sequence<Left, Right>;
};
template <class... Layers, class Right>
struct Append<Sequence<Layers...>, Right> {
    using Type = Sequence<Layers..., Right>;
};
template <class... Layers, class Right>
struct Append<Network<Layers...>, Right> {
    using Type = Network<Layers..., Right>;
};
template <int c, int h, int w, class Right>
struct Append<Input<c, h, w>, Right> {
    using Type = Network<Input<c, h, w>, Right>;
};

/// A chain stays flat, whichever side was written first.
template <class Left, class... Rest>
struct Chain {
    using Type = Left;
};
template <class Left, class First, class... Rest>
struct Chain<Left, First, Rest...> : Chain<typename Append<Left, First>::Type, Rest...> {};
template <class Left, class... Layers>
struct Chain<Left, Sequence<Layers...>> : Chain<Left, Layers...> {};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Layers and networks are types without members.
template <class T>
concept LayerValue = std::is_class_v<T> && std::is_empty_v<T>;

/// One layer after another: a Sequence, or a Network where the first is an input.
template <LayerValue Left, LayerValue Right>
constexpr typename detail::Chain<Left, Right>::Type operator>>(Left, Right) {
    return {};
}

/// The same with the function `relu` for the layer.
template <LayerValue Left>
constexpr auto operator>>(Left left, detail::ReLUFunction) {
    return left >> ReLU{};
}
template <LayerValue Right>
constexpr auto operator>>(detail::ReLUFunction, Right right) {
    return ReLU{} >> right;
}

}  // namespace residua::inline RESIDUA_ISA

namespace residua::values::inline RESIDUA_ISA {

template <int c, int h, int w>
inline constexpr Input<c, h, w> input{};

template <int out, int kernel, class... Options>
inline constexpr Conv<out, kernel, Options...> conv{};
inline constexpr Conv1x1 conv1x1{};
inline constexpr Conv3x3 conv3x3{};

template <int factor, LayerValue Convolution>
constexpr Widen<factor, Convolution> widen(Convolution) {
    return {};
}
template <LayerValue Convolution>
constexpr Strided<Convolution> strided(Convolution) {
    return {};
}

inline constexpr BN bn{};
inline constexpr Identity identity{};

template <int kernel, class... Options>
inline constexpr MaxPool<kernel, Options...> max_pool{};
template <int kernel, class... Options>
inline constexpr AvgPool<kernel, Options...> avg_pool{};
inline constexpr GlobalAvgPool global_avg_pool{};

template <int pieces>
inline constexpr Maxout<pieces> maxout{};

template <int out, class... Options>
inline constexpr Linear<out, Options...> linear{};

/// Any element-wise function of x as a layer: `activation<x * sigmoid(x)>`.
template <auto function>
inline constexpr Activation<function> activation{};

/// A layer whose parameters have this name in weight files.
template <FixedString name, LayerValue Layer>
constexpr Named<name, Layer> named(Layer) {
    return {};
}

/// `n` times the block: `stage<3, 16>(residual_block(conv3x3 >> bn >> relu >> shortcut<IdentityA>))`.
template <int n, int width, class... Options, LayerValue Block>
constexpr Stage<n, width, Block, Options...> stage(Block) {
    return {};
}

template <class Option>
inline constexpr Shortcut<Option> shortcut{};

/// The paper's block, its parts in a chain.
template <class... Parts>
constexpr ResidualBlock<Parts...> residual_block(Sequence<Parts...>) {
    return {};
}

/// The channels of several branches, one behind another.
template <LayerValue... Branches>
constexpr Concat<Branches...> concat(Branches...) {
    return {};
}

/// The sum of two branches.
template <LayerValue Main, LayerValue Other = Identity>
constexpr Residual<Main, Other> residual(Main, Other = {}) {
    return {};
}

}  // namespace residua::values::inline RESIDUA_ISA
