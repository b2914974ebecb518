#include <support/fused.hpp>

#include <residua/plan/training.hpp>

using namespace residua;
using namespace residua::detail;
using namespace residua::variables;

namespace {

struct SiLU : Activation<x * sigmoid(x)> {};
template <class Option>
using Bottleneck = ResidualBlock<Conv1x1, Conv3x3, Widen<4, Conv1x1>, BN, SiLU, Shortcut<Option>>;

/// The first map and those in front of the sums, 56 x 37 x 36 and 64 x 37 x 36, are dropped on the way forward.
struct LargeResults : Network<Input<2, 37, 36>, Conv<56, 3>, BN, SiLU, Stage<3, 16, Bottleneck<ProjectionB>>,
                              Stage<2, 24, Bottleneck<ProjectionB>>, GlobalAvgPool, Linear<5>> {};
/// One whose convolution has a bias, and max pooling behind it.
struct LargeFirst : Network<Input<3, 41, 39>, Conv<56, 3, Bias>, SiLU, MaxPool<3, Stride<2>>, Conv<64, 3>, Conv<64, 3>,
                            Conv<64, 3>, GlobalAvgPool, Linear<4>> {};

template <class Net>
constexpr int repeated_count() {
    int count = 0;
    for (const BackwardStep& pass : training_plan<Net>.backward) count += pass.repeats;
    return count;
}

}  // namespace

TEST_CASE("fused: results that are dropped and computed again on the way back") {
    STATIC_REQUIRE(repeated_count<LargeResults>() == 4);
    STATIC_REQUIRE(repeated_count<LargeFirst>() == 1);
    check_fused<LargeResults>({3});
    check_fused<LargeFirst>({2});
}
