#include <support/catch.hpp>

#include <residua/model.hpp>
#include <residua/plan/traffic.hpp>
#include <residua/plan/training.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

template <int growth>
using Layer = Concat<Identity, Sequence<BN, ReLU, Conv<growth, 3>>>;

struct Dense : Network<Input<3, 8, 8>, Conv<32, 3>, Layer<16>, Layer<16>, BN, ReLU, Conv<16, 1>> {};
struct Odd : Network<Input<3, 8, 8>, Conv<32, 3>, Layer<5>, BN, ReLU, Conv<16, 1>> {};
/// The first source fills its blocks, the second ends with the last one, which is not full.
struct Ends : Network<Input<3, 8, 8>, Concat<Conv<16, 3>, Conv<5, 3>>, Conv<16, 1>> {};

constexpr bool is_copy(Op op) { return role_of(op) == Role::concat; }

template <class Net>
constexpr int copies_in_inference() {
    int copies = 0;
    for (StepNumber s{}; s < StepNumber{inference_plan<Net>.step_count}; ++s)
        copies += is_copy(inference_plan<Net>.steps[s].op);
    return copies;
}
template <class Net>
constexpr int copies_in_training() {
    int copies = 0;
    for (StepNumber s{}; s < StepNumber{training_plan<Net>.forward_count}; ++s)
        copies += training_plan<Net>.forward[s].piece >= 0;
    return copies;
}

}  // namespace

TEST_CASE("concat: shapes, parameters and their names") {
    STATIC_REQUIRE(output_shape<Network<Input<3, 8, 8>, Concat<Conv<16, 3>, Identity, MaxPool<3, Stride<1>>>>> ==
                   Chw{22, 8, 8});
    STATIC_REQUIRE(parameter_count<Dense> == 32 * 27 + 64 + 16 * 32 * 9 + 96 + 16 * 48 * 9 + 128 + 16 * 64);
    STATIC_REQUIRE(parameter_named<Dense, "concat1.1.conv1.weight">.shape[1] == 32);
    STATIC_REQUIRE(parameter_named<Dense, "concat2.1.bn1.bias">.shape[0] == 48);
}

TEST_CASE("concat: whole blocks are written in place in both modes, others are copied") {
    STATIC_REQUIRE(copies_in_inference<Dense>() == 0);
    STATIC_REQUIRE(copies_in_training<Dense>() == 0);
    STATIC_REQUIRE(copies_in_inference<Ends>() == 0);
    STATIC_REQUIRE(copies_in_training<Ends>() == 0);
    STATIC_REQUIRE(copies_in_inference<Odd>() == 0);  // 32 channels, and 5 at the end
    STATIC_REQUIRE(copies_in_training<Odd>() == 0);
    using Within = Network<Input<3, 8, 8>, Concat<Conv<5, 3>, Conv<16, 3>>, Conv<4, 1>>;
    STATIC_REQUIRE(copies_in_inference<Within>() == 2);
    STATIC_REQUIRE(copies_in_training<Within>() == 2);
}

TEST_CASE("concat: maps inside others have their places, in the images of the outermost") {
    constexpr const auto& plan = inference_plan<Dense>;
    for (MapNumber m{}; m < MapNumber{plan.map_count}; ++m) {
        const Inside at = outermost(plan.inside, m);
        CHECK(plan.layouts[m].halo == plan.layouts[at.map].halo);
        CHECK(plan.buffers[m].offset == plan.buffers[at.map].offset + at.first_block * plan.layouts[m].block());
    }
    constexpr const auto& training = training_plan<Dense>;
    int inside = 0;
    for (MapNumber m{}; m < MapNumber{training.map_count}; ++m) {
        if (training.inside[m].map == MapNumber::none) continue;
        ++inside;
        const Inside at = outermost(training.inside, m);
        CHECK(training.map_buffers[m].floats == training.map_buffers[at.map].floats);
        CHECK(training.map_buffers[m].offset == training.map_buffers[at.map].offset);
        CHECK(training.map_buffers[m].inside == 64L * channel_block * at.first_block);
    }
    CHECK(inside == 4);
}

TEST_CASE("concat: memory moves for the layers around it alone") {
    constexpr long input = 3 * 8 * 8;
    constexpr long map = 64 * 8 * 8;
    constexpr long result = 16 * 8 * 8;
    using Net = Network<Input<3, 8, 8>, Concat<Conv<32, 3>, Conv<32, 3>>, BN, ReLU, Conv<16, 1>>;
    // Two convolutions over the input, one element-wise step, a convolution.
    STATIC_REQUIRE(traffic<Net, Inference>.map_bytes == 4 * (2 * input + map + 2 * map + map + result));
}
