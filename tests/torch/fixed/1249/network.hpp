// Written by random_networks.py --fixed.
// clang-format off
namespace residua {
using FixedNetwork = Network<Input<16, 6, 6>, Stage<1, 16, Concat<Identity, Sequence<BN, ReLU, Widen<2, Conv1x1>, BN,
    ReLU, Conv3x3>>>, Concat<Sequence<Named<"p4", Conv<16, 1>>, ReLU>, MaxPool<3, Stride<1>>>, Named<"p5", BN>,
    GlobalAvgPool, Named<"p6", Linear<10>>>;
}
