#pragma once

#include <residua/layer/linear.hpp>
#include <residua/layer/pool.hpp>
#include <residua/layer/residual.hpp>

/// \file
/// The networks of table 1 and figure 3. A name with "Of" takes the shape of the images and the number of classes; the
/// same name without it is the paper's: 3 x 224 x 224, 1000 classes. Parameters have torchvision's names.

namespace residua {

/// The size of the images in sections 3.4 and 4.1.
using ImageNetInput = Input<3, 224, 224>;
inline constexpr int imagenet_classes = 1000;

namespace detail {

/// Two 3x3 convolutions (figure 5, left).
template <class Option>
using BasicBlock = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<Option>>;

/// 1x1, 3x3, 1x1 (figure 5, right). The first 1x1 has the stride.
template <class Option>
using BottleneckBlock = ResidualBlock<Conv1x1, Conv3x3, Widen<4, Conv1x1>, BN, ReLU, Shortcut<Option>>;

/// The bottleneck whose 3x3 has the stride: more multiply-adds, and what torchvision's weights were trained with
/// ("version 1.5").
template <class Option>
using BottleneckBlockV15 = ResidualBlock<Conv1x1, Strided<Conv3x3>, Widen<4, Conv1x1>, BN, ReLU, Shortcut<Option>>;

/// A column of table 1: stem, four stages of n2 ... n5 blocks (conv2_x ... conv5_x), global average pooling, one linear
/// layer.
template <class Block, int n2, int n3, int n4, int n5, class Image, int classes>
struct ImageNetNet : Network<Image, Conv<64, 7, Stride<2>>, BN, ReLU, MaxPool<3, Stride<2>>,  //
                             Stage<n2, 64, Block>, Stage<n3, 128, Block>,                     //
                             Stage<n4, 256, Block>, Stage<n5, 512, Block>,                    //
                             GlobalAvgPool, Linear<classes>> {};

}  // namespace detail

/// 18 layers with shortcut option A, B or C (section 4.1).
template <class Option, class Image = ImageNetInput, int classes = imagenet_classes>
struct ResNet18Of : detail::ImageNetNet<detail::BasicBlock<Option>, 2, 2, 2, 2, Image, classes> {};
template <class Option, class Image = ImageNetInput, int classes = imagenet_classes>
struct ResNet34Of : detail::ImageNetNet<detail::BasicBlock<Option>, 3, 4, 6, 3, Image, classes> {};

template <class Image, int classes = imagenet_classes>
struct ResNet50Of : detail::ImageNetNet<detail::BottleneckBlock<ProjectionB>, 3, 4, 6, 3, Image, classes> {};
template <class Image, int classes = imagenet_classes>
struct ResNet101Of : detail::ImageNetNet<detail::BottleneckBlock<ProjectionB>, 3, 4, 23, 3, Image, classes> {};
template <class Image, int classes = imagenet_classes>
struct ResNet152Of : detail::ImageNetNet<detail::BottleneckBlock<ProjectionB>, 3, 8, 36, 3, Image, classes> {};

template <class Image, int classes = imagenet_classes>
struct ResNet50V15Of : detail::ImageNetNet<detail::BottleneckBlockV15<ProjectionB>, 3, 4, 6, 3, Image, classes> {};
template <class Image, int classes = imagenet_classes>
struct ResNet101V15Of : detail::ImageNetNet<detail::BottleneckBlockV15<ProjectionB>, 3, 4, 23, 3, Image, classes> {};
template <class Image, int classes = imagenet_classes>
struct ResNet152V15Of : detail::ImageNetNet<detail::BottleneckBlockV15<ProjectionB>, 3, 8, 36, 3, Image, classes> {};

/// The plain networks of figure 3, middle: no shortcuts.
template <class Image, int classes = imagenet_classes>
struct Plain18Of : detail::ImageNetNet<detail::BasicBlock<None>, 2, 2, 2, 2, Image, classes> {};
template <class Image, int classes = imagenet_classes>
struct Plain34Of : detail::ImageNetNet<detail::BasicBlock<None>, 3, 4, 6, 3, Image, classes> {};

struct ResNet18 : ResNet18Of<ProjectionB> {};
struct ResNet34 : ResNet34Of<ProjectionB> {};
struct ResNet50 : ResNet50Of<ImageNetInput> {};
struct ResNet101 : ResNet101Of<ImageNetInput> {};
struct ResNet152 : ResNet152Of<ImageNetInput> {};
struct ResNet50V15 : ResNet50V15Of<ImageNetInput> {};
struct ResNet101V15 : ResNet101V15Of<ImageNetInput> {};
struct ResNet152V15 : ResNet152V15Of<ImageNetInput> {};
struct Plain18 : Plain18Of<ImageNetInput> {};
struct Plain34 : Plain34Of<ImageNetInput> {};

}  // namespace residua
