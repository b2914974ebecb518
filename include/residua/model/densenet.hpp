#pragma once

#include <residua/layer/concat.hpp>
#include <residua/layer/linear.hpp>
#include <residua/layer/pool.hpp>
#include <residua/layer/residual.hpp>

/// \file
/// DenseNet-121: every layer of a block sees the maps of all layers before it (Huang, Liu, van der Maaten, Weinberger,
/// "Densely connected convolutional networks", 2017, table 1: bottlenecks, growth rate 32, transitions that halve the
/// channels). All widths are whole blocks of 16 channels, so that nothing is moved by a concatenation.

namespace residua {

namespace detail {

/// The width of the stage is the growth rate.
using DenseLayer = Concat<Identity, Sequence<BN, ReLU, Widen<4, Conv1x1>, BN, ReLU, Conv3x3>>;

template <int n>
using DenseBlock = Stage<n, 32, DenseLayer, Stride<1>>;

template <int width>
using DenseTransition = Sequence<BN, ReLU, Conv<width, 1>, AvgPool<2, Stride<2>>>;

}  // namespace detail

template <class Image, int classes = 1000>
struct DenseNet121Of : Network<Image, Conv<64, 7, Stride<2>>, BN, ReLU, MaxPool<3, Stride<2>>, detail::DenseBlock<6>,
                               detail::DenseTransition<128>,                          //
                               detail::DenseBlock<12>, detail::DenseTransition<256>,  //
                               detail::DenseBlock<24>, detail::DenseTransition<512>,  //
                               detail::DenseBlock<16>, BN, ReLU, GlobalAvgPool, Linear<classes>> {};

struct DenseNet121 : DenseNet121Of<Input<3, 224, 224>> {};

}  // namespace residua
