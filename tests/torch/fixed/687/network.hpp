// Written by random_networks.py --fixed.
// clang-format off
namespace residua {
using FixedNetwork = Network<Input<4, 6, 8>, Named<"p0", BN>, Residual<Sequence<Residual<Sequence<Concat<Identity,
    Identity, Sequence<Named<"p1", Conv<16, 3, Groups<4>>>, Named<"p2", BN>, Activation<variables::x *
    sigmoid(variables::x)>>>, Named<"p3", Conv<4, 1, Groups<4>>>>, Sequence<Named<"p4", Conv<4, 1>>>>, AvgPool<3,
    Stride<1>>, MaxPool<3, Stride<1>>, Named<"p5", Conv<4, 5>>>, Identity>, AvgPool<3, Stride<1>, Padding<1>>,
    MaxPool<2, Stride<1>, Padding<0>>, MaxPool<3, Stride<1>, Padding<1>>, GlobalAvgPool>;
}
