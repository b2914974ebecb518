#include <algorithm>
#include <cstdint>
#include <support/catch.hpp>
#include <vector>

#include <residua/model.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

using Preactivated = Sequence<BN, ReLU, Conv<8, 3>, BN, ReLU, Conv<8, 3>>;

struct OnlyInput : Network<Input<3, 8, 8>> {};
struct OnlyActivation : Network<Input<3, 8, 8>, ReLU, ReLU> {};
struct Doubling : Network<Input<8, 8, 8>, Residual<Identity, Identity>, Residual<ReLU, BN>, Residual<Identity>> {};
struct PreResNet : Network<Input<8, 8, 8>, Conv<8, 3>, Residual<Preactivated>, Residual<Preactivated>, BN, ReLU> {};
struct Nested : Network<Input<8, 9, 7>, Conv<8, 3>,
                        Residual<Sequence<Conv<8, 3>, Residual<Conv<8, 5>, Residual<BN, Conv<8, 1>>>, ReLU>,
                                 Residual<Sequence<MaxPool<3, Stride<1>>, BN>, Sequence<Conv<8, 3>, BN, BN>>>,
                        BN, BN, ReLU, ReLU, AvgPool<3, Stride<2>>> {};
struct TwoUsers : Network<Input<8, 8, 8>, Conv<8, 3>, BN, Residual<Sequence<ReLU, Conv<8, 3>>, Conv<8, 1>>, ReLU> {};
struct ManyChannels : Network<Input<20, 4, 4>, Residual<Conv<20, 3>>, GlobalAvgPool, Linear<3>> {};

std::uint64_t mix(std::uint64_t value, int number) {
    value += static_cast<std::uint64_t>(number + 1) * 0x9e3779b97f4a7c15U;
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    return value ^ (value >> 27U);
}

/// What an element-wise operation or a layer with weights makes of a value, as a number that tells them apart.
std::uint64_t applied(const Node& node, NodeNumber number, std::uint64_t value) {
    return mix(value, node.op == op_of<ActivationOp> ? -2 - node.activation : place_of(number));
}

/// The value of the network's output, computed node after node.
template <class Graph>
std::uint64_t by_nodes(const Graph& graph) {
    std::vector<std::uint64_t> values(static_cast<std::size_t>(graph.count()));
    const auto value = [&](NodeNumber i) -> std::uint64_t& { return values[index(i)]; };
    for (NodeNumber i{1}; i < graph.behind(); ++i)
        value(i) = graph[i].op == op_of<AddOp> ? value(graph.sources(i)[0]) + value(graph.sources(i)[1])
                                               : applied(graph[i], i, value(graph.source(i)));
    return values.back();
}

/// The same, computed step after step, in the order that an epilogue keeps: BN, addition, activation.
template <class Graph, class Plan>
std::uint64_t by_steps(const Graph& graph, const Plan& plan) {
    std::vector<std::uint64_t> maps(static_cast<std::size_t>(plan.map_count));
    const auto map = [&](MapNumber i) -> std::uint64_t& { return maps[index(i)]; };
    for (StepNumber s{}; s < StepNumber{plan.step_count}; ++s) {
        const InferenceStep& step = plan.steps[s];
        std::uint64_t value = map(step.src);
        if (!is_elementwise(step.op)) value = applied(graph[step.node], step.node, value);
        if (step.bn != NodeNumber::none) value = applied(graph[step.bn], step.bn, value);
        if (step.skip != MapNumber::none) value += map(step.skip);
        if (step.activation >= 0) value = mix(value, -2 - step.activation);
        map(step.dst) = value;
    }
    return maps.back();
}

bool overlap(long a, long a_size, long b, long b_size) { return a < b + b_size && b < a + a_size; }

template <class Net>
constexpr int steps_of = inference_plan<Net>.step_count;

}  // namespace

TEMPLATE_TEST_CASE("buffers, lifetimes and steps of the inference plan", "", ResNet20, ResNet32, ResNet44, ResNet56,
                   ResNet110, ResNet1202, Plain20, Plain110, ResNet18, ResNet50, ResNet50V15, OnlyInput, OnlyActivation,
                   Doubling, PreResNet, Nested, TwoUsers, ManyChannels) {
    const auto& plan = inference_plan<TestType>;
    const auto buffer = [&](MapNumber i) { return plan.buffers[i]; };

    SECTION("two buffers that are needed at the same time do not overlap") {
        int clashes = 0;
        for (MapNumber i{}; i < MapNumber{plan.map_count}; ++i)
            for (MapNumber j{}; j < i; ++j) {
                const Buffer a = buffer(i);
                const Buffer b = buffer(j);
                const bool together = overlap(a.first, a.last - a.first + 1, b.first, b.last - b.first + 1);
                clashes += together && overlap(a.offset, a.floats, b.offset, b.floats) ? 1 : 0;
            }
        CHECK(clashes == 0);
    }
    SECTION("each buffer holds its map, is aligned, and the peak is reached") {
        long peak = 0;
        for (MapNumber i{}; i < MapNumber{plan.map_count}; ++i) {
            CHECK(buffer(i).floats == plan.layouts[i].count());
            CHECK(buffer(i).floats >= plan.layouts[i].shape.count());
            CHECK(buffer(i).offset * static_cast<long>(sizeof(float)) % alignment == 0);
            peak = std::max(peak, buffer(i).offset + buffer(i).floats);
        }
        CHECK(peak == plan.arena_floats);
    }
    SECTION("a map is written before it is read, and kept until it was read for the last time") {
        int wrong = 0;
        for (StepNumber s{}; s < StepNumber{plan.step_count}; ++s) {
            const InferenceStep& step = plan.steps[s];
            for (const MapNumber map : {step.src, step.skip})
                if (map != MapNumber::none && map != plan.input)
                    wrong += buffer(map).first < place_of(s) && buffer(map).last >= place_of(s) ? 0 : 1;
            wrong += buffer(step.dst).first == place_of(s) ? 0 : 1;
        }
        CHECK(wrong == 0);
        CHECK(buffer(MapNumber{plan.map_count - 1}).last == plan.step_count);  // the output outlives the run
        CHECK(buffer(MapNumber{}).first == 0);
    }
    SECTION("the steps compute what the nodes say") {
        CHECK(by_steps(graph_of<TestType>, plan) == by_nodes(graph_of<TestType>));
    }
    SECTION("a frame is as wide as the widest kernel that reads the map needs") {
        for (StepNumber s{}; s < StepNumber{plan.step_count}; ++s) {
            const InferenceStep& step = plan.steps[s];
            if (step.op == op_of<ConvOp> && step.algorithm == Algorithm::direct)
                CHECK(plan.layouts[step.src].halo >= graph_of<TestType>[step.node].window.padding);
        }
    }
}

TEST_CASE("element-wise work rides on convolutions") {
    // Convolutions, shortcuts of option A, global pool, linear: nothing else passes over memory.
    STATIC_REQUIRE(steps_of<ResNet20> == 19 + 2 + 2);
    STATIC_REQUIRE(steps_of<Plain20> == 19 + 2);
    STATIC_REQUIRE(steps_of<ResNet1202> == 1201 + 2 + 2);
    STATIC_REQUIRE(steps_of<ResNet50> == 53 + 3);
}

TEST_CASE("the second convolution of a block takes BN, addition and activation along") {
    constexpr auto& plan = inference_plan<ResNet20>;
    constexpr InferenceStep step = plan.steps[StepNumber{2}];
    STATIC_REQUIRE(step.op == op_of<ConvOp>);
    STATIC_REQUIRE(graph_of<ResNet20>[step.bn].op == op_of<BnOp>);
    STATIC_REQUIRE(step.src == plan.steps[StepNumber{1}].dst);
    STATIC_REQUIRE(step.skip == plan.steps[StepNumber{0}].dst);
    STATIC_REQUIRE(step.activation == 0);
}

TEST_CASE("what more than one reader needs is written") {
    // bn is read by ReLU and by the 1x1 convolution: conv + bn, conv 1x1, ReLU, conv + sum + ReLU.
    STATIC_REQUIRE(steps_of<TwoUsers> == 4);
    STATIC_REQUIRE(inference_plan<TwoUsers>.steps[StepNumber{0}].bn != NodeNumber::none);
    STATIC_REQUIRE(inference_plan<TwoUsers>.steps[StepNumber{0}].activation == -1);
    STATIC_REQUIRE(inference_plan<TwoUsers>.steps[StepNumber{3}].skip != MapNumber::none);
    STATIC_REQUIRE(inference_plan<TwoUsers>.steps[StepNumber{3}].activation == 0);
}

TEST_CASE("normalisation before the convolution makes its own pass") {
    // conv, then for each block BN + ReLU, conv + BN + ReLU, conv + sum, and the last BN + ReLU.
    STATIC_REQUIRE(steps_of<PreResNet> == 1 + 3 + 3 + 1);
    STATIC_REQUIRE(inference_plan<PreResNet>.steps[StepNumber{1}].op == op_of<BnOp>);
    STATIC_REQUIRE(inference_plan<PreResNet>.steps[StepNumber{1}].activation == 0);
}

TEST_CASE("memory does not grow with depth") {
    // Where the framed map at the end of a stage fits depends on whether the number of blocks is even.
    STATIC_REQUIRE(inference_plan<ResNet1202>.arena_floats == inference_plan<ResNet110>.arena_floats);
    STATIC_REQUIRE(inference_plan<ResNet56>.arena_floats == inference_plan<ResNet20>.arena_floats);
}

namespace {

struct DirectOnly : Network<Input<16, 8, 8>, Conv<16, 3>, Conv<16, 3>> {};
struct Narrow : Network<Input<64, 8, 8>, Conv<64, 3>> {};
struct Choices : Network<Input<16, 16, 16>, Conv<16, 3>, Conv<16, 3, Stride<2>>, Conv<512, 3>, Conv<16, 3>, Conv<16, 1>,
                         Conv<16, 5>, AvgPool<4>, Conv<16, 3>> {};

}  // namespace

template <>
inline constexpr Algorithm residua::last_algorithm<DirectOnly> = Algorithm::direct;

TEST_CASE("3x3 convolutions with stride 1 use minimal filtering, unless the network forbids it") {
    constexpr auto algorithm = [](int s) { return inference_plan<Choices>.steps[StepNumber{s}].algorithm; };
    STATIC_REQUIRE(algorithm(0) == Algorithm::winograd4);
    STATIC_REQUIRE(algorithm(1) == Algorithm::direct);
    STATIC_REQUIRE(algorithm(2) == Algorithm::winograd2);
    STATIC_REQUIRE(algorithm(3) == Algorithm::winograd2);
    STATIC_REQUIRE(algorithm(4) == Algorithm::direct);
    STATIC_REQUIRE(algorithm(5) == Algorithm::direct);
    STATIC_REQUIRE(algorithm(7) == Algorithm::direct);  // the map is too small
    STATIC_REQUIRE(inference_plan<DirectOnly>.steps[StepNumber{0}].algorithm == Algorithm::direct);
    STATIC_REQUIRE(inference_plan<DirectOnly>.steps[StepNumber{1}].algorithm == Algorithm::direct);
}

TEST_CASE("many weights stay bare, and groups of images take larger patches of them") {
    constexpr const auto& steps = inference_plan<Choices>.steps;
    STATIC_REQUIRE_FALSE(steps[StepNumber{0}].bare);
    STATIC_REQUIRE_FALSE(steps[StepNumber{1}].bare);
    STATIC_REQUIRE(steps[StepNumber{2}].bare);
    STATIC_REQUIRE(steps[StepNumber{3}].bare);
    STATIC_REQUIRE(steps[StepNumber{3}].of_group == Algorithm::winograd4);
    STATIC_REQUIRE_FALSE(steps[StepNumber{4}].bare);
    STATIC_REQUIRE_FALSE(inference_plan<DirectOnly>.steps[StepNumber{0}].bare);
}

TEST_CASE("the plan is the same for any registers; narrow ones transform moderately many weights in advance") {
    constexpr bool wide = detail::accumulators >= 28;
    constexpr InferenceStep few = detail::step_of(inference_plan<Narrow>, StepNumber{0});
    STATIC_REQUIRE(inference_plan<Narrow>.steps[StepNumber{0}].bare);
    STATIC_REQUIRE(few.bare == wide);
    STATIC_REQUIRE(few.algorithm == (wide ? Algorithm::winograd2 : Algorithm::winograd4));
    constexpr InferenceStep many = detail::step_of(inference_plan<Choices>, StepNumber{2});
    STATIC_REQUIRE(many.bare);
    STATIC_REQUIRE(many.algorithm == Algorithm::winograd2);
}

TEST_CASE("the input stays packed where only convolutions read it") {
    STATIC_REQUIRE(inference_plan<ResNet20>.layouts[MapNumber{0}].packed);
    STATIC_REQUIRE_FALSE(inference_plan<OnlyActivation>.layouts[MapNumber{0}].packed);
    STATIC_REQUIRE_FALSE(inference_plan<ManyChannels>.layouts[MapNumber{0}].packed);
}
