#pragma once

#include <residua/layer/linear.hpp>
#include <residua/layer/pool.hpp>
#include <residua/layer/residual.hpp>

/// \file
/// The networks of section 4.2: 6n + 2 layers on 32x32 images, 3x3 convolutions of 16, 32 and 64 channels. The last
/// layer is called "linear", as in the weight files people exchange for these networks.

namespace residua {

namespace detail {

template <int n, class Block>
struct CifarNet : Network<Input<3, 32, 32>, Conv<16, 3>, BN, ReLU,                        //
                          Stage<n, 16, Block>, Stage<n, 32, Block>, Stage<n, 64, Block>,  //
                          GlobalAvgPool, Named<"linear", Linear<10>>> {};

}  // namespace detail

/// The residual network of 6n + 2 layers with shortcut option A, as in the paper's CIFAR-10 experiments.
template <int n>
struct CifarResNet : detail::CifarNet<n, ResidualBlock<Conv3x3, BN, ReLU, Shortcut<IdentityA>>> {};

/// Its plain counterpart: the same layers, no shortcuts.
template <int n>
struct CifarPlain : detail::CifarNet<n, ResidualBlock<Conv3x3, BN, ReLU, Shortcut<None>>> {};

struct ResNet20 : CifarResNet<3> {};
struct ResNet32 : CifarResNet<5> {};
struct ResNet44 : CifarResNet<7> {};
struct ResNet56 : CifarResNet<9> {};
struct ResNet110 : CifarResNet<18> {};
struct ResNet1202 : CifarResNet<200> {};

struct Plain20 : CifarPlain<3> {};
struct Plain32 : CifarPlain<5> {};
struct Plain44 : CifarPlain<7> {};
struct Plain56 : CifarPlain<9> {};
struct Plain110 : CifarPlain<18> {};

}  // namespace residua
