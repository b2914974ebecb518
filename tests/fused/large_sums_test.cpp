#include <support/fused.hpp>

#include <residua/plan/training.hpp>

using namespace residua;
using namespace residua::detail;
using namespace residua::variables;

namespace {

struct SiLU : Activation<x * sigmoid(x)> {};
template <class Option>
using Basic = ResidualBlock<Conv3x3, BN, SiLU, Shortcut<Option>>;
template <int width>
using PreActivation = Residual<Sequence<BN, SiLU, Conv<width, 3>>>;

/// Two sums of 48 x 48 x 16 or 24 x 24 x 64 are so large that they are dropped on the way forward.
template <class Option>
struct LargeSums : Network<Input<1, 48, 48>, Conv<16, 3>, BN, SiLU, Stage<3, 16, Basic<Option>>,
                           Stage<3, 64, Basic<Option>>, GlobalAvgPool, Linear<5>> {};
struct LongStage
    : Network<Input<1, 46, 45>, Conv<16, 3>, BN, SiLU, Stage<10, 16, Basic<IdentityA>>, GlobalAvgPool, Linear<5>> {};
struct LargePreActivated
    : Network<Input<1, 48, 48>, Conv<16, 3>, PreActivation<16>, PreActivation<16>, BN, SiLU, AvgPool<8>, Conv<3, 1>> {};

template <class Net>
constexpr int restored_count() {
    int count = 0;
    for (const BackwardStep& pass : training_plan<Net>.backward) count += pass.restores;
    return count;
}

}  // namespace

TEST_CASE("fused: sums that are dropped and computed again on the way back") {
    STATIC_REQUIRE(restored_count<LargeSums<IdentityA>>() == 5);
    STATIC_REQUIRE(restored_count<LargeSums<ProjectionB>>() == 5);
    STATIC_REQUIRE(restored_count<LargePreActivated>() == 2);
    STATIC_REQUIRE(restored_count<LongStage>() == 8);
    check_fused<LargeSums<IdentityA>>({2});
    check_fused<LargeSums<ProjectionB>>({3});
    check_fused<LongStage>({2});
    check_fused<LargePreActivated>({2});
}
