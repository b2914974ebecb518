#pragma once

#include <residua/layer/activation.hpp>
#include <residua/layer/bn.hpp>
#include <residua/layer/composition.hpp>
#include <residua/layer/conv.hpp>

namespace residua {

/// Shortcut option A of section 4.1: the identity; where the shape changes, every second pixel and zeros for the new
/// channels (a quarter of them before the old channels, a quarter after, when the number doubles). No parameters.
struct IdentityA {};
/// Option B: a 1x1 convolution with BN where the shape changes, the identity elsewhere.
struct ProjectionB {};
/// Option C: a 1x1 convolution with BN on every shortcut.
struct ProjectionC {};
/// No shortcut: a plain network of the same stack.
struct None {};

template <class Option>
struct Shortcut {};

/// The paper's block: convolutions that inherit the stage's width, BN after each, the activation between them, the
/// shortcut's addition, then the activation once more (section 3.2, figure 2). A single convolution stands for the two
/// of the basic block: `ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ProjectionB>>`; the bottleneck of figure 5 is
/// `ResidualBlock<Conv1x1, Conv3x3, Widen<4, Conv1x1>, BN, ReLU, Shortcut<ProjectionB>>`.
template <class... Parts>
struct ResidualBlock {};

/// The sum of two branches over the same input, whatever their layers: `Residual<Sequence<Conv<32, 3>, BN, ReLU,
/// Conv<32, 3>, BN>>`. Nothing follows the sum: write the activation after it.
template <class Main, class Other = Identity>
struct Residual {};

}  // namespace residua
