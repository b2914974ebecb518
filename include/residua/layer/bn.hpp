#pragma once

#include <residua/config.hpp>

namespace residua {

/// Batch normalisation (Ioffe and Szegedy, 2015) over images, rows and columns, with a learned scale and shift per
/// channel. Keeps the shape. Epsilon 1e-5; running statistics move by 0.1 a step and hold the unbiased variance, as
/// PyTorch's do.
struct BN {};

inline constexpr double bn_epsilon = 1e-5;
inline constexpr double bn_momentum = 0.1;

}  // namespace residua
