#include <support/catch.hpp>

#include <residua/layer/concat.hpp>
#include <residua/lower/products.hpp>
#include <residua/model/cifar.hpp>
#include <residua/model/imagenet.hpp>
#include <residua/plan/layerwise_traffic.hpp>
#include <residua/plan/traffic.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

struct Chain : Network<Input<3, 8, 8>, Conv<16, 3>, BN, ReLU, GlobalAvgPool, Linear<10>> {};
constexpr long chain_parameters = (16 * 3 * 9) + 2 * 16 + (10 * 16 + 10);
constexpr long in = 3 * 8 * 8;
constexpr long map = 16 * 8 * 8;

struct Wide : Network<Input<256, 4, 4>, Conv<256, 3>> {};
struct Skip : Network<Input<16, 8, 8>, Conv<16, 3>, Residual<Conv<16, 3>>, ReLU> {};

/// Networks that differ in identity blocks.
template <int blocks>
struct Basic : Network<Input<3, 8, 8>, Conv<16, 3>, BN, ReLU, Stage<blocks, 16, BasicBlock<IdentityA>>, GlobalAvgPool> {
};
template <int blocks>
struct Deep
    : Network<Input<3, 8, 8>, Conv<16, 3>, BN, ReLU, Stage<blocks, 16, BottleneckBlock<ProjectionB>>, GlobalAvgPool> {};
/// Maps so large that sums are dropped, and with bottlenecks their last results; what is behind leaves room for all.
constexpr int large = 64;
template <class Blocks>
struct Large : Network<Input<3, large, large>, Conv<16, 3>, BN, ReLU, Blocks, Conv<32, 3>, BN, ReLU, Conv<1024, 3>, BN,
                       GlobalAvgPool> {};
template <int blocks>
using LargeBasic = Large<Stage<blocks, 16, BasicBlock<IdentityA>>>;
template <int blocks>
using LargeDeep = Large<Stage<blocks, 16, BottleneckBlock<ProjectionB>>>;

/// Maps as large as a narrow convolution's that one more block moves for an image.
constexpr long maps(const Traffic& more, const Traffic& fewer, int size = 8) {
    return (more.map_bytes - fewer.map_bytes) / (4 * 16 * size * size);
}

}  // namespace

TEST_CASE("inference moves every step's maps once an image and the weights once a batch") {
    STATIC_REQUIRE(traffic<Chain, Inference>.map_bytes == 4 * ((in + map) + (map + 16) + (16 + 10)));
    STATIC_REQUIRE(traffic<Chain, Inference>.weight_bytes == 4 * (16 * (3 * 9 + 1) + 10 * (16 + 1)));
    STATIC_REQUIRE(traffic<Chain, Inference>.bytes(3) ==
                   3 * traffic<Chain, Inference>.map_bytes + traffic<Chain, Inference>.weight_bytes);
}

TEST_CASE("minimal filtering reads transformed weights") {
    STATIC_REQUIRE(inference_plan<Skip>.steps[StepNumber{0}].algorithm == Algorithm::winograd4);
    STATIC_REQUIRE(traffic<Skip, Inference>.weight_bytes == 4 * 2 * (36 * 16 * 16 + 16));
}

TEST_CASE("many weights are read as they are") {
    STATIC_REQUIRE(traffic<Wide, Inference>.weight_bytes == 4 * (9 * 256 * 256 + 256));
}

TEST_CASE("a shortcut's map is read by the step that adds it") {
    STATIC_REQUIRE(traffic<Skip, Inference>.map_bytes == 4 * ((map + map) + (map + map + map)));
}

TEST_CASE("a branch that is copied is read and written once more") {
    using Copied = Network<Input<3, 8, 8>, Conv<16, 3>, Concat<Conv<5, 1>, Conv<4, 1>>>;
    constexpr long convs = (3 + 16) + (16 + 5) + (16 + 4);
    STATIC_REQUIRE(traffic<Copied, Inference>.map_bytes == 4 * 8 * 8 * (convs + 2 * 5 + 2 * 4));
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

TEST_CASE("a block's passes in decision 3") {
    STATIC_REQUIRE(maps(layerwise_traffic<Basic<3>>, layerwise_traffic<Basic<2>>) == 17 + 27);
    STATIC_REQUIRE(maps(traffic<Basic<3>, Training>, traffic<Basic<2>, Training>) == 6 + 11);
    STATIC_REQUIRE(maps(layerwise_traffic<Deep<3>>, layerwise_traffic<Deep<2>>) == 54 + 84);
    STATIC_REQUIRE(maps(traffic<Deep<3>, Training>, traffic<Deep<2>, Training>) == 20 + 36);
    STATIC_REQUIRE(maps(traffic<LargeBasic<4>, Training>, traffic<LargeBasic<3>, Training>, large) == 6 + 11 + 2);
    STATIC_REQUIRE(maps(traffic<LargeDeep<4>, Training>, traffic<LargeDeep<3>, Training>, large) == 20 + 36 + 5 + 8);
}

TEST_CASE("layer by layer every node passes over its maps") {
    constexpr long forward = (in + map) + 3 * map + 2 * map + (map + 16) + (16 + 10);
    constexpr long backward = (in + map) + 5 * map + 3 * map + (map + 16) + 2 * (16 + 10);
    STATIC_REQUIRE(layerwise_traffic<Chain>.map_bytes == 4 * (forward + backward));
    STATIC_REQUIRE(layerwise_traffic<Chain>.weight_bytes == traffic<Chain, Training>.weight_bytes);
}

TEST_CASE("minimal filtering takes fewer products") {
    constexpr long first = 16 * 16 * 9 * 64;
    constexpr long patches = 4 * 36;  // 4 x 4 results each
    STATIC_REQUIRE(multiply_adds<Skip> == 2 * first);
    STATIC_REQUIRE(products<Skip, Inference> == 2 * patches * 16 * 16);
    STATIC_REQUIRE(products<Skip, Training> == (2 + 3) * patches * 16 * 16);
    STATIC_REQUIRE(products<Chain, Inference> == multiply_adds<Chain>);
}
