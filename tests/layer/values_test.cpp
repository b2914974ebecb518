#include <support/catch.hpp>
#include <type_traits>

#include <residua/model.hpp>

using namespace residua;
using namespace residua::values;
using namespace residua::variables;

namespace {

/// Same type, whether the value is a constant or not.
template <class Type>
constexpr bool stands_for(auto value) {
    return std::is_same_v<decltype(value), Type>;
}

struct SiLU : Activation<x * sigmoid(x)> {};

}  // namespace

TEST_CASE("each layer as a value") {
    STATIC_REQUIRE(stands_for<Input<3, 32, 32>>(input<3, 32, 32>));
    STATIC_REQUIRE(stands_for<Conv<16, 3>>(conv<16, 3>));
    STATIC_REQUIRE(stands_for<Conv<16, 3, Stride<2>, Bias>>(conv<16, 3, Stride<2>, Bias>));
    STATIC_REQUIRE(stands_for<Conv1x1>(conv1x1));
    STATIC_REQUIRE(stands_for<Conv3x3>(conv3x3));
    STATIC_REQUIRE(stands_for<Widen<4, Conv1x1>>(widen<4>(conv1x1)));
    STATIC_REQUIRE(stands_for<Strided<Conv3x3>>(strided(conv3x3)));
    STATIC_REQUIRE(stands_for<BN>(bn));
    STATIC_REQUIRE(stands_for<Identity>(identity));
    STATIC_REQUIRE(stands_for<MaxPool<2>>(max_pool<2>));
    STATIC_REQUIRE(stands_for<MaxPool<3, Stride<2>>>(max_pool<3, Stride<2>>));
    STATIC_REQUIRE(stands_for<AvgPool<2>>(avg_pool<2>));
    STATIC_REQUIRE(stands_for<GlobalAvgPool>(global_avg_pool));
    STATIC_REQUIRE(stands_for<Maxout<2>>(maxout<2>));
    STATIC_REQUIRE(stands_for<Linear<10>>(linear<10>));
    STATIC_REQUIRE(stands_for<Activation<tanh(x)>>(activation<tanh(x)>));
    STATIC_REQUIRE(stands_for<Named<"head", Linear<10>>>(named<"head">(linear<10>)));
    STATIC_REQUIRE(stands_for<Conv<16, 3, Groups<4>>>(conv<16, 3, Groups<4>>));
    STATIC_REQUIRE(stands_for<Concat<Identity, Conv<8, 3>, BN>>(concat(identity, conv<8, 3>, bn)));
    STATIC_REQUIRE(stands_for<Residual<Conv<8, 3>>>(residual(conv<8, 3>)));
    STATIC_REQUIRE(stands_for<Residual<Conv<8, 3>, Conv<8, 1>>>(residual(conv<8, 3>, conv<8, 1>)));
    STATIC_REQUIRE(stands_for<Stage<3, 16, Conv3x3>>(stage<3, 16>(conv3x3)));
    STATIC_REQUIRE(stands_for<Stage<3, 16, Conv3x3, Stride<2>>>(stage<3, 16, Stride<2>>(conv3x3)));
}

TEST_CASE("layers in a chain are a flat sequence, whichever pair is joined first") {
    STATIC_REQUIRE(stands_for<Sequence<Conv<16, 3>, BN>>(conv<16, 3> >> bn));
    STATIC_REQUIRE(stands_for<Sequence<Conv<16, 3>, BN, ReLU>>(conv<16, 3> >> bn >> relu));
    STATIC_REQUIRE(stands_for<Sequence<Conv<16, 3>, BN, ReLU>>(conv<16, 3> >> (bn >> relu)));
    STATIC_REQUIRE(stands_for<Sequence<BN, SiLU, BN, ReLU, BN>>((bn >> SiLU{}) >> (bn >> relu >> bn)));
    STATIC_REQUIRE(stands_for<Sequence<ReLU, BN>>(relu >> bn));
    STATIC_REQUIRE(stands_for<Network<Input<1, 2, 3>, BN>>(input<1, 2, 3> >> bn));
    STATIC_REQUIRE(stands_for<Network<Input<1, 2, 3>, BN, ReLU>>(input<1, 2, 3> >> (bn >> relu)));
}

TEST_CASE("relu is still the function") {
    STATIC_REQUIRE(std::is_same_v<decltype(relu(x)), std::remove_const_t<decltype(ReLU::expression)>>);
}

TEST_CASE("blocks as values") {
    using Basic = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ProjectionB>>;
    STATIC_REQUIRE(stands_for<Basic>(residual_block(conv3x3 >> bn >> relu >> shortcut<ProjectionB>)));
    using Bottleneck = ResidualBlock<Conv1x1, Conv3x3, Widen<4, Conv1x1>, BN, ReLU, Shortcut<ProjectionC>>;
    STATIC_REQUIRE(stands_for<Bottleneck>(
        residual_block(conv1x1 >> conv3x3 >> widen<4>(conv1x1) >> bn >> relu >> shortcut<ProjectionC>)));
}

TEST_CASE("a whole network as a value is the network as a type") {
    constexpr auto basic = residual_block(conv3x3 >> bn >> relu >> shortcut<IdentityA>);
    using Chained = decltype(input<3, 32, 32> >> conv<16, 3> >> bn >> relu                         //
                             >> stage<3, 16>(basic) >> stage<3, 32>(basic) >> stage<3, 64>(basic)  //
                             >> global_avg_pool >> named<"linear">(linear<10>));
    using Basic = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<IdentityA>>;
    using Written = Network<Input<3, 32, 32>, Conv<16, 3>, BN, ReLU,                        //
                            Stage<3, 16, Basic>, Stage<3, 32, Basic>, Stage<3, 64, Basic>,  //
                            GlobalAvgPool, Named<"linear", Linear<10>>>;
    STATIC_REQUIRE(std::is_same_v<Chained, Written>);
    STATIC_REQUIRE(std::is_base_of_v<Chained, ResNet20>);

    struct ByValue : Chained {};
    STATIC_REQUIRE(parameter_count<ByValue> == 269'722);
}
