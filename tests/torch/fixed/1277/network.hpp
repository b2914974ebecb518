// Written by random_networks.py --fixed.
// clang-format off
namespace residua {
using FixedNetwork = Network<Input<3, 8, 8>, Stage<2, 3, ResidualBlock<Conv3x3, Strided<Conv3x3>, BN, ReLU,
    Shortcut<IdentityA>>, Stride<2>>, Named<"p8", Conv<9, 1, Groups<3>>>, AvgPool<3, Stride<2>, Padding<1>>,
    Activation<variables::x * sigmoid(variables::x)>, Activation<variables::x * sigmoid(variables::x)>, Named<"p9",
    Linear<10, Flatten>>>;
}
