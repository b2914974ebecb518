#include <support/fused.hpp>

using namespace residua;

namespace {

template <int width>
using PreActivation = Residual<Sequence<BN, ReLU, Conv<width, 3>, BN, ReLU, Conv<width, 3>>>;

struct PreActivated
    : Network<Input<3, 6, 5>, Conv<24, 3>, PreActivation<24>, PreActivation<24>, BN, ReLU, GlobalAvgPool, Linear<4>> {};

/// A Residual within a Residual, x + x, branches on both sides.
struct Nested
    : Network<
          Input<3, 8, 8>,
          Residual<Sequence<Conv<6, 3, Stride<2>>, BN, ReLU, Conv<6, 3>, BN>, Sequence<AvgPool<2>, Conv<6, 1, Bias>>>,
          ReLU, Residual<Residual<Conv<6, 3>, ReLU>, Identity>, Residual<Identity>, MaxPool<2>> {};

/// One map with many readers of different kinds.
struct ManyReaders
    : Network<Input<4, 7, 7>, Conv<20, 3>,
              Residual<Residual<Sequence<BN, ReLU, Conv<20, 3>>, Sequence<BN, Conv<20, 1>>>,
                       Residual<Residual<BN, ReLU>, Residual<MaxPool<3, Stride<1>>, AvgPool<3, Stride<1>>>>>,
              BN, GlobalAvgPool, Linear<3>> {};

/// The same with an activation before, so that the map that is shared is computed.
struct SharedBlend
    : Network<Input<4, 5, 7>, Conv<20, 3>, BN, ReLU,
              Residual<Residual<Sequence<BN, Conv<20, 3>>, BN>, Residual<Residual<Identity>, Residual<ReLU, BN>>>, ReLU,
              BN, ReLU, Conv<3, 3>> {};

struct BnAfterSum : Network<Input<3, 5, 5>, Conv<8, 3>, Residual<Conv<8, 3>>, BN, BN, ReLU, BN, Conv<4, 1>> {};

struct SumOfSums
    : Network<Input<3, 5, 5>, Conv<8, 3>, Residual<Sequence<Residual<Conv<8, 3>>, ReLU, Residual<Conv<8, 3>>>>, ReLU,
              Residual<BN, BN>, GlobalAvgPool> {};

}  // namespace

TEST_CASE("fused: pre-activation residuals") { check_fused<PreActivated>(); }

TEST_CASE("fused: residuals within residuals") {
    check_fused<Nested>();
    check_fused<SumOfSums>({2, 7});
}

TEST_CASE("fused: a map that many read") {
    check_fused<ManyReaders>({1, 7, 19});
    check_fused<SharedBlend>({1, 7, 19});
}

TEST_CASE("fused: batch normalisation of sums and of itself") { check_fused<BnAfterSum>({2, 7}); }
