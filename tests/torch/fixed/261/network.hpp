// Written by random_networks.py --fixed.
// clang-format off
namespace residua {
using FixedNetwork = Network<Input<4, 5, 6>, Activation<variables::x * sigmoid(variables::x)>, Named<"p0", BN>,
    Stage<1, 3, ResidualBlock<Strided<Conv3x3>, BN, ReLU, Shortcut<ProjectionB>>, Stride<2>>, MaxPool<3, Stride<2>,
    Padding<0>>, GlobalAvgPool, Concat<Named<"p7", Linear<16>>, Named<"p8", Linear<15>>>>;
}
