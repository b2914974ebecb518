#pragma once

#include <type_traits>

#include <residua/config.hpp>

namespace residua {

/// Step between neighbouring positions of a sliding kernel.
template <int step>
struct Stride {};

/// Zeros around the map, on each of its four sides. Without it a kernel of size k pads (k - 1) / 2.
template <int zeros>
struct Padding {};

/// Groups of channels that a convolution keeps apart: each group of its result sees one group of its source. As many
/// groups as channels make it depthwise.
template <int count>
struct Groups {};

/// Adds a bias per output channel to a convolution (the paper's convolutions have none, BN's shift does its work).
struct Bias {};

}  // namespace residua

namespace residua::detail::inline RESIDUA_ISA {

template <class Option>
inline constexpr int stride_value = 0;
template <int step>
inline constexpr int stride_value<Stride<step>> = step;

template <class Option>
inline constexpr bool is_stride = false;
template <int step>
inline constexpr bool is_stride<Stride<step>> = true;

template <class Option>
inline constexpr int padding_value = 0;
template <int zeros>
inline constexpr int padding_value<Padding<zeros>> = zeros;

template <class Option>
inline constexpr bool is_padding = false;
template <int zeros>
inline constexpr bool is_padding<Padding<zeros>> = true;

template <class Option>
inline constexpr int groups_value = 0;
template <int count>
inline constexpr int groups_value<Groups<count>> = count;

template <class Option>
inline constexpr bool is_groups = false;
template <int count>
inline constexpr bool is_groups<Groups<count>> = true;

/// No option is given twice.
template <class... Options>
inline constexpr bool each_once = (static_cast<int>(is_stride<Options>) + ... + 0) <= 1 &&
                                  (static_cast<int>(is_padding<Options>) + ... + 0) <= 1 &&
                                  (static_cast<int>(is_groups<Options>) + ... + 0) <= 1 &&
                                  (static_cast<int>(std::is_same_v<Options, Bias>) + ... + 0) <= 1;

/// What may follow the sizes of a pooling layer.
template <class... Options>
inline constexpr bool are_window_options = ((is_stride<Options> || is_padding<Options>)&&...) && each_once<Options...>;

template <class... Options>
inline constexpr bool are_grouped_conv_options = ((is_stride<Options> || is_padding<Options> || is_groups<Options> ||
                                                   std::is_same_v<Options, Bias>)&&...) &&
                                                 each_once<Options...>;

/// What may follow the sizes of a convolution.
template <class... Options>
inline constexpr bool are_conv_options =
    ((is_stride<Options> || is_padding<Options> || std::is_same_v<Options, Bias>)&&...) && each_once<Options...>;

/// What may follow the block of a stage.
template <class... Options>
inline constexpr bool are_stage_options = (is_stride<Options> && ...) && each_once<Options...>;

template <class... Options>
constexpr int stride_or(int otherwise) {
    return (is_stride<Options> || ...) ? (stride_value<Options> + ... + 0) : otherwise;
}

template <class... Options>
constexpr int padding_or(int otherwise) {
    return (is_padding<Options> || ...) ? (padding_value<Options> + ... + 0) : otherwise;
}

}  // namespace residua::detail::inline RESIDUA_ISA
