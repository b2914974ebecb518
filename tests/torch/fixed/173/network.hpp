// Written by random_networks.py --fixed.
// clang-format off
namespace residua {
using FixedNetwork = Network<Input<3, 8, 7>, MaxPool<2, Stride<2>, Padding<0>>, Stage<1, 3, ResidualBlock<Conv3x3,
    Conv3x3, BN, Activation<variables::x * sigmoid(variables::x)>, Shortcut<ProjectionC>>>, Concat<Identity, Identity,
    AvgPool<3, Stride<1>>, Sequence<MaxPool<3, Stride<1>>, Named<"p6", Conv<16, 3, Bias>>, Named<"p7", BN>,
    Activation<variables::x * sigmoid(variables::x)>>>, GlobalAvgPool, Named<"p8", Linear<10>>>;
}
