#include <support/fused.hpp>

using namespace residua;

namespace {

// What stands first: a layer that is no convolution.
struct BnFirst : Network<Input<20, 5, 5>, BN, ReLU, Conv<5, 3>, GlobalAvgPool, Linear<3>> {};
struct ReluFirst : Network<Input<3, 5, 5>, ReLU, Conv<5, 3>, BN, ReLU, GlobalAvgPool, Linear<3>> {};
struct PoolFirst : Network<Input<3, 6, 6>, MaxPool<2>, Conv<5, 3>, GlobalAvgPool, Linear<3>> {};
struct SumFirst : Network<Input<5, 5, 5>, Residual<Conv<5, 3>>, BN, ReLU, Residual<Identity>, Conv<3, 1>> {};
struct TwiceFirst : Network<Input<3, 5, 5>, Residual<Conv<5, 3>, Conv<5, 1>>, ReLU, GlobalAvgPool> {};
struct TwoBnsFirst : Network<Input<3, 5, 5>, Residual<BN, Sequence<BN, ReLU>>, Conv<3, 3>> {};

// What stands last: a map, computed or not.
struct ConvLast : Network<Input<3, 5, 4>, Conv<17, 3>> {};
struct BnLast : Network<Input<3, 5, 4>, Conv<17, 3>, BN> {};
struct ReluLast : Network<Input<3, 5, 4>, Conv<17, 3>, BN, ReLU> {};
struct SumLast : Network<Input<3, 5, 4>, Conv<17, 3>, BN, ReLU, Residual<Sequence<Conv<17, 3>, BN>>> {};
struct TwiceLast : Network<Input<3, 5, 4>, Conv<17, 3>, Residual<Identity>> {};
struct BlockLast : Network<Input<3, 5, 4>, Conv<5, 3>, Residual<Sequence<Conv<5, 3>, BN>, BN>, ReLU> {};

// No more than one layer, and none with parameters.
struct LinearOnly : Network<Input<20, 1, 1>, Linear<7>> {};
struct TwoLinears : Network<Input<20, 1, 1>, Linear<33>, ReLU, Linear<7>> {};
struct BnOnly : Network<Input<5, 3, 3>, BN> {};
struct ReluOnly : Network<Input<5, 3, 3>, ReLU> {};
struct PoolOnly : Network<Input<5, 3, 3>, GlobalAvgPool> {};

}  // namespace

TEST_CASE("fused: networks that do not begin with a convolution") {
    check_fused<BnFirst>();
    check_fused<ReluFirst>({3});
    check_fused<PoolFirst>({3});
    check_fused<SumFirst>({3, 17});
    check_fused<TwiceFirst>({3});
    check_fused<TwoBnsFirst>({3, 17});
}

TEST_CASE("fused: networks that end with a map") {
    check_fused<ConvLast>({3});
    check_fused<BnLast>({3, 17});
    check_fused<ReluLast>({3});
    check_fused<SumLast>({3, 17});
    check_fused<TwiceLast>({3});
    check_fused<BlockLast>({3});
}

TEST_CASE("fused: networks of one layer") {
    check_fused<LinearOnly>();
    check_fused<TwoLinears>();
    check_fused<BnOnly>({3});
    check_fused<ReluOnly>({3});
    check_fused<PoolOnly>({3});
}
