#include <support/fused.hpp>

using namespace residua;

namespace {

/// Depthwise, with a multiplier, a stride, a bias; blocks that are not full.
struct Depthwise : Network<Input<20, 7, 6>, Conv<20, 3, Groups<20>>, BN, ReLU, Conv<20, 1>, BN, ReLU,
                           Conv<40, 3, Stride<2>, Groups<20>, Bias>, ReLU, GlobalAvgPool, Linear<3>> {};

/// In a branch; groups of a part of a block, a block, several; a sum that is finished in a grouped convolution.
struct Branch : Network<Input<3, 9, 8>, Conv<64, 3>, BN, ReLU,
                        Residual<Sequence<Conv<64, 3, Groups<8>>, BN, ReLU, Conv<64, 3, Groups<2>>, BN>>, ReLU,
                        Conv<64, 5, Groups<4>, Stride<2>>, Conv<6, 3, Groups<2>>, BN, GlobalAvgPool, Linear<3>> {};

/// The first layer and the last; odd groups; one group, which is a dense convolution.
struct Ends : Network<Input<6, 5, 5>, Conv<12, 3, Groups<3>>, BN, ReLU, Residual<Conv<12, 3, Groups<12>>>,
                      AvgPool<2, Stride<1>>, Conv<15, 2, Groups<3>, Stride<3>>, Conv<8, 3, Groups<1>>> {};
struct Last : Network<Input<6, 5, 5>, Conv<8, 3>, ReLU, Conv<4, 3, Groups<4>, Bias>> {};

}  // namespace

TEST_CASE("fused: depthwise convolutions") { check_fused<Depthwise>({1, 3, 17}); }

TEST_CASE("fused: grouped convolutions in a branch") { check_fused<Branch>({2, 7, 17}); }

TEST_CASE("fused: grouped convolutions at the ends of a network") {
    check_fused<Ends>({2, 5});
    check_fused<Last>({1, 4});
}

TEST_CASE("fused: one group is a dense convolution") {
    using One = Network<Input<3, 8, 8>, Conv<16, 3, Groups<1>>>;
    using Dense = Network<Input<3, 8, 8>, Conv<16, 3>>;
    STATIC_REQUIRE(graph_of<One>[detail::NodeNumber{1}].op == graph_of<Dense>[detail::NodeNumber{1}].op);
}
