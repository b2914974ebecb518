#include <support/catch.hpp>

#include <residua/model/densenet.hpp>
#include <residua/plan/names.hpp>
#include <residua/plan/traffic.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

constexpr long growth = 32;

/// Steps that copy a branch of a concatenation.
template <class Net>
constexpr int copies_of_inference() {
    int copies = 0;
    for (StepNumber s{}; s < StepNumber{inference_plan<Net>.step_count}; ++s)
        copies += role_of(inference_plan<Net>.steps[s].op) == Role::concat;
    return copies;
}

template <class Net>
constexpr int copies_of_training() {
    int copies = 0;
    for (StepNumber s{}; s < StepNumber{training_plan<Net>.forward_count}; ++s)
        copies += role_of(training_plan<Net>.forward[s].op) == Role::concat;
    return copies;
}

/// Floats that a dense block over a map of `c` channels moves if its concatenations move none.
constexpr long block_floats(int n, long c, long pixels) {
    long sum = 0;
    for (int i = 0; i < n; ++i) {
        const long norm = 2 * c;
        const long bottleneck = c + 4 * growth;
        const long conv = 4 * growth + growth;
        sum += pixels * (norm + bottleneck + conv);
        c += growth;
    }
    return sum;
}

/// And the transition behind one.
constexpr long transition_floats(long c, long pixels) {
    const long norm = 2 * c;
    const long conv = c + c / 2;
    return pixels * (norm + conv + c / 2) + pixels / 4 * (c / 2);
}

/// Networks that differ in dense layers.
template <int layers>
struct Dense : Network<Input<3, 8, 8>, Conv<64, 3>, BN, ReLU, Stage<layers, growth, DenseLayer>, BN, ReLU, Conv<16, 1>,
                       GlobalAvgPool> {};

/// Four channels more a layer: no whole blocks.
struct Narrow : Network<Input<3, 8, 8>, Conv<16, 3>, BN, ReLU, Stage<2, 4, DenseLayer>, GlobalAvgPool> {};

}  // namespace

TEST_CASE("no step of DenseNet-121 copies a branch") {
    STATIC_REQUIRE(copies_of_inference<DenseNet121>() == 0);
    STATIC_REQUIRE(copies_of_training<DenseNet121>() == 0);
    // Copies are counted at all. The first layer's input fills a block.
    STATIC_REQUIRE(copies_of_inference<Narrow>() == 2);
    STATIC_REQUIRE(copies_of_training<Narrow>() == 2);
}

TEST_CASE("DenseNet-121: 120 convolutions, 62 normalisations before them and the pool, 5 pools, a linear layer") {
    STATIC_REQUIRE(inference_plan<DenseNet121>.step_count == 120 + 62 + 5 + 1);
    STATIC_REQUIRE(training_plan<DenseNet121>.forward_count == 120 + 5 + 1);
}

TEST_CASE("the traffic of DenseNet-121 has none of its concatenations'") {
    constexpr long stem = 3 * 224 * 224 + 64 * 112 * 112 + 64 * 112 * 112 + 64 * 56 * 56;
    constexpr long blocks = block_floats(6, 64, 56 * 56) + block_floats(12, 128, 28 * 28) +
                            block_floats(24, 256, 14 * 14) + block_floats(16, 512, 7 * 7);
    constexpr long transitions =
        transition_floats(256, 56 * 56) + transition_floats(512, 28 * 28) + transition_floats(1024, 14 * 14);
    constexpr long head = 7 * 7 * (2 * 1024 + 1024) + 1024 + 1024 + 1000;
    STATIC_REQUIRE(traffic<DenseNet121, Inference>.map_bytes == 4 * (stem + blocks + transitions + head));
}

TEST_CASE("a dense layer's passes in training") {
    constexpr long c = 64 + 2 * growth;
    constexpr long forward = c + 4 * growth + 4 * growth + growth;
    // The result's gradient; source; its gradient.
    constexpr long conv = growth + 4 * growth + 4 * growth;
    // The gradient's way through BN; source; its gradient.
    constexpr long bottleneck = (4 + 4) * growth + c + c;
    // The gradient's way through BN, added to what is there, which is a part of the gradient behind the concatenation.
    constexpr long norm = 2 * c + 2 * c;
    // What is behind sees more channels: forward, source, its gradient, the gradient's way through BN.
    constexpr long behind = growth * (1 + 1 + 1 + 3);
    STATIC_REQUIRE(traffic<Dense<3>, Training>.map_bytes - traffic<Dense<2>, Training>.map_bytes ==
                   4 * 8 * 8 * (forward + conv + bottleneck + norm + behind));
}

TEST_CASE("names of the parameters of dense layers: the identity is branch 0") {
    STATIC_REQUIRE(parameter_named<DenseNet121, "concat1.1.conv1.weight">.shape == std::array{128, 64, 1, 1});
    STATIC_REQUIRE(parameter_named<DenseNet121, "concat58.1.conv2.weight">.shape == std::array{32, 128, 3, 3});
    STATIC_REQUIRE(parameter_named<DenseNet121, "bn5.weight">.shape == std::array{1024, 1, 1, 1});
}
