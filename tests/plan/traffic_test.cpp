#include <support/catch.hpp>

#include <residua/model/cifar.hpp>
#include <residua/plan/traffic.hpp>

using namespace residua;

namespace {

struct Chain : Network<Input<3, 8, 8>, Conv<16, 3>, BN, ReLU, GlobalAvgPool, Linear<10>> {};
constexpr long chain_parameters = (16 * 3 * 9) + 2 * 16 + (10 * 16 + 10);
constexpr long in = 3 * 8 * 8;
constexpr long map = 16 * 8 * 8;

struct Skip : Network<Input<16, 8, 8>, Conv<16, 3>, Residual<Conv<16, 3>>, ReLU> {};

}  // namespace

TEST_CASE("inference moves every step's maps once an image and the weights once a batch") {
    STATIC_REQUIRE(traffic<Chain, Inference>.map_bytes == 4 * ((in + map) + (map + 16) + (16 + 10)));
    STATIC_REQUIRE(traffic<Chain, Inference>.weight_bytes == 4 * (16 * (3 * 9 + 1) + 10 * (16 + 1)));
    STATIC_REQUIRE(traffic<Chain, Inference>.bytes(3) ==
                   3 * traffic<Chain, Inference>.map_bytes + traffic<Chain, Inference>.weight_bytes);
}

TEST_CASE("minimal filtering reads transformed weights") {
    STATIC_REQUIRE(inference_plan<Skip>.steps[0].algorithm == Algorithm::winograd4);
    STATIC_REQUIRE(traffic<Skip, Inference>.weight_bytes == 4 * 2 * (36 * 16 * 16 + 16));
}

TEST_CASE("a shortcut's map is read by the step that adds it") {
    STATIC_REQUIRE(traffic<Skip, Inference>.map_bytes == 4 * ((map + map) + (map + map + map)));
}

TEST_CASE("training moves maps and gradients once a pass") {
    constexpr long forward = (in + map) + (map + 16) + (16 + 10);
    constexpr long linear = 10 + 16 + 16;    // gradient of the result; source; its gradient
    constexpr long pool = 16 + map + map;    // gradient; that of the blend, and the map its derivative needs
    constexpr long conv = (map + map) + in;  // the gradient's way through BN; source
    STATIC_REQUIRE(traffic<Chain, Training>.map_bytes == 4 * (forward + linear + pool + conv));
    STATIC_REQUIRE(traffic<Chain, Training>.weight_bytes == 4 * 8 * chain_parameters);
}

TEST_CASE("the deepest network is within what compilers evaluate") {
    STATIC_REQUIRE(traffic<ResNet1202, Training>.map_bytes > traffic<ResNet110, Training>.map_bytes);
}
