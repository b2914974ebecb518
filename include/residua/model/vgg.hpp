#pragma once

#include <residua/layer/linear.hpp>
#include <residua/layer/pool.hpp>
#include <residua/layer/residual.hpp>

/// \file
/// The reference of figure 3, left: stacks of 3x3 convolutions with biases, each ended by max pooling, then three fully
/// connected layers (Simonyan and Zisserman, 2015, configurations D and E). Without their dropout, which is no part of
/// the function a trained network computes. Parameters have torchvision's names, which count every layer.

namespace residua {

namespace detail {

template <FixedString name, int width>
using VggConv = Sequence<Named<name, Conv<width, 3, Bias>>, ReLU>;

template <int classes>
using VggClassifier = Sequence<Named<"classifier.0", Linear<4096, Flatten>>, ReLU,  //
                               Named<"classifier.3", Linear<4096>>, ReLU,           //
                               Named<"classifier.6", Linear<classes>>>;

}  // namespace detail

/// 13 convolutions.
template <class Image, int classes = 1000>
struct Vgg16Of : Network<Image,  //
                         detail::VggConv<"features.0", 64>, detail::VggConv<"features.2", 64>, MaxPool<2>,
                         detail::VggConv<"features.5", 128>, detail::VggConv<"features.7", 128>, MaxPool<2>,
                         detail::VggConv<"features.10", 256>, detail::VggConv<"features.12", 256>,
                         detail::VggConv<"features.14", 256>, MaxPool<2>,  //
                         detail::VggConv<"features.17", 512>, detail::VggConv<"features.19", 512>,
                         detail::VggConv<"features.21", 512>, MaxPool<2>,  //
                         detail::VggConv<"features.24", 512>, detail::VggConv<"features.26", 512>,
                         detail::VggConv<"features.28", 512>, MaxPool<2>, detail::VggClassifier<classes>> {};

/// 16 convolutions.
template <class Image, int classes = 1000>
struct Vgg19Of : Network<Image,  //
                         detail::VggConv<"features.0", 64>, detail::VggConv<"features.2", 64>, MaxPool<2>,
                         detail::VggConv<"features.5", 128>, detail::VggConv<"features.7", 128>, MaxPool<2>,
                         detail::VggConv<"features.10", 256>, detail::VggConv<"features.12", 256>,
                         detail::VggConv<"features.14", 256>, detail::VggConv<"features.16", 256>, MaxPool<2>,
                         detail::VggConv<"features.19", 512>, detail::VggConv<"features.21", 512>,
                         detail::VggConv<"features.23", 512>, detail::VggConv<"features.25", 512>, MaxPool<2>,
                         detail::VggConv<"features.28", 512>, detail::VggConv<"features.30", 512>,
                         detail::VggConv<"features.32", 512>, detail::VggConv<"features.34", 512>, MaxPool<2>,
                         detail::VggClassifier<classes>> {};

struct Vgg16 : Vgg16Of<Input<3, 224, 224>> {};
struct Vgg19 : Vgg19Of<Input<3, 224, 224>> {};

}  // namespace residua
