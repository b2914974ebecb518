#pragma once

#include <residua/layer/options.hpp>

namespace residua {

/// Largest value under a window. Padding counts as minus infinity. `MaxPool<2>` tiles the map and wants even sizes;
/// `MaxPool<3, Stride<2>>` is the paper's overlapping one (padding 1).
template <int kernel, class... Options>
struct MaxPool {};

/// Mean under a window; padding counts as zeros in the mean.
template <int kernel, class... Options>
struct AvgPool {};

/// Mean of each channel: (c, h, w) -> (c, 1, 1).
struct GlobalAvgPool {};

}  // namespace residua
