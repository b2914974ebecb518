#pragma once

#include <residua/config.hpp>

namespace residua {

/// Lets a linear layer read a whole map: its values in the order channels, rows, columns.
struct Flatten {};

/// Fully connected layer with bias: (c, 1, 1) -> (out, 1, 1), weights out x c. With the option `Flatten`
/// (c, h, w) -> (out, 1, 1), weights out x (c h w).
template <int out, class... Options>
struct Linear {};

}  // namespace residua
