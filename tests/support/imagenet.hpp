#pragma once

#include <residua/model.hpp>

/// The paper's ImageNet networks with projections where the shape changes (option B), as in torchvision.
using BasicB =
    residua::ResidualBlock<residua::Conv3x3, residua::BN, residua::ReLU, residua::Shortcut<residua::ProjectionB>>;
/// The bottleneck of the paper: stride in the first 1x1 convolution.
using BottleneckB = residua::ResidualBlock<residua::Conv1x1, residua::Conv3x3, residua::Widen<4, residua::Conv1x1>,
                                           residua::BN, residua::ReLU, residua::Shortcut<residua::ProjectionB>>;
/// The bottleneck of torchvision ("v1.5"): stride in the 3x3 convolution.
using BottleneckStrided3x3 =
    residua::ResidualBlock<residua::Conv1x1, residua::Strided<residua::Conv3x3>, residua::Widen<4, residua::Conv1x1>,
                           residua::BN, residua::ReLU, residua::Shortcut<residua::ProjectionB>>;

template <int n1, int n2, int n3, int n4, class Unit>
struct ImageNetNet
    : residua::Network<residua::Input<3, 224, 224>, residua::Conv<64, 7, residua::Stride<2>>, residua::BN,
                       residua::ReLU, residua::MaxPool<3, residua::Stride<2>>, residua::Stage<n1, 64, Unit>,
                       residua::Stage<n2, 128, Unit>, residua::Stage<n3, 256, Unit>, residua::Stage<n4, 512, Unit>,
                       residua::GlobalAvgPool, residua::Linear<1000>> {};

struct ResNet18 : ImageNetNet<2, 2, 2, 2, BasicB> {};
struct ResNet50 : ImageNetNet<3, 4, 6, 3, BottleneckB> {};
struct ResNet50Strided3x3 : ImageNetNet<3, 4, 6, 3, BottleneckStrided3x3> {};
