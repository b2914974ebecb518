#include <support/fused.hpp>

using namespace residua;

namespace {

// A linear layer over a whole map is a convolution whose kernel is as large as the map.
struct FlattenFirst : Network<Input<3, 4, 5>, Linear<7, Flatten>> {};
struct FlattenAfterConv : Network<Input<3, 4, 5>, Conv<20, 3>, ReLU, Linear<33, Flatten>, ReLU, Linear<3>> {};
struct FlattenAfterPool : Network<Input<3, 6, 8>, Conv<17, 3, Bias>, ReLU, MaxPool<2>, Linear<5, Flatten>> {};

}  // namespace

TEST_CASE("fused: linear layers over maps") {
    check_fused<FlattenFirst>();
    check_fused<FlattenAfterConv>({3});
    check_fused<FlattenAfterPool>({3, 17});
}
