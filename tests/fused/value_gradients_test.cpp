#include <support/fused.hpp>

using namespace residua;
using namespace residua::variables;

namespace {

struct SiLU : Activation<x * sigmoid(x)> {};

/// Few channels, whose convolution reads them packed.
struct Packed : Network<Input<3, 9, 8>, Conv<16, 3, Stride<2>>, BN, ReLU, Conv<5, 3>, BN, SiLU, GlobalAvgPool,
                        Named<"head", Linear<4>>> {};
/// Whole blocks, by minimal filtering.
struct Filtered : Network<Input<16, 8, 8>, Conv<32, 3>, BN, ReLU, Conv<16, 3>, BN, ReLU, Conv<8, 1, Bias>> {};
/// An input that element-wise work reads, a pool, and several at once.
struct Normalised : Network<Input<3, 6, 7>, BN, SiLU, Conv<16, 3>, BN> {};
struct Pooled : Network<Input<3, 6, 8>, MaxPool<2>, Named<"rectified", ReLU>, Conv<7, 3>, BN> {};
struct Shared : Network<Input<3, 7, 6>, Residual<Sequence<Conv<16, 3>, BN, ReLU, Conv<3, 3>, BN>>, ReLU,
                        Concat<Conv<16, 1>, Conv<4, 3, Stride<1>>>> {};
/// Maps inside of another one.
struct Dense : Network<Input<3, 8, 8>, Conv<16, 3>, Named<"normal", BN>, Named<"early", ReLU>,
                       Concat<Identity, Sequence<Conv<16, 3>, Named<"late", ReLU>>>, BN, ReLU, Conv<4, 3>> {};
struct Residuals : Network<Input<3, 16, 16>, Conv<16, 3>, BN, ReLU,
                           Stage<2, 16, ResidualBlock<Conv3x3, Conv3x3, BN, ReLU, Shortcut<IdentityA>>>,
                           Stage<2, 32, ResidualBlock<Conv3x3, Conv3x3, BN, ReLU, Shortcut<ProjectionB>>>,
                           GlobalAvgPool, Linear<3>> {};

/// Gradients of these values beside those of the parameters, against the reference. Both have to be what they are
/// without.
template <class Net, FixedString... names>
void check_gradients(int count, int threads) {
    const Sample<Net> sample(count, 1);
    const ReferenceStep<Net> reference(to_doubles(sample.weights.all()), to_doubles(sample.images),
                                       to_doubles(sample.upstream), count);
    const auto step = [&](auto& workspace, Weights<Net> weights) {
        workspace.forward(weights, sample.images, count);
        std::ranges::copy(sample.upstream, workspace.output_gradient().begin());
        return workspace.backward();
    };
    Workspace<Net, Training, WithRespectTo<names...>> workspace(count + 2, threads);
    const auto parameters = step(workspace, sample.weights);

    Disagreement worst;
    const auto compare = [&](detail::NodeNumber node, std::span<const float> found, const std::string& name) {
        const std::vector<double>& expected = reference.gradients.values[detail::index(node)];
        REQUIRE(found.size() == expected.size());
        worst.compare(found, expected, name);
    };
    (compare(detail::ValueNamed<Net, names>::node, workspace.template value_gradient<names>(),
             std::string(names.view())),
     ...);
    INFO(worst.where);
    CHECK(worst.error < 2e-4);

    Workspace<Net, Training> plain(count + 2, threads);
    Disagreement beside;
    beside.compare(parameters, to_doubles(step(plain, sample.weights)), "parameters");
    CHECK(beside.error < 2e-5);
}

}  // namespace

TEST_CASE("fused: gradients of the input, of the output, of layers between") {
    for (const int threads : {1, 2}) {
        check_gradients<Packed, "input", "conv1", "bn1", "conv2", "bn2", "head", "output">(5, threads);
        check_gradients<Filtered, "input", "bn1", "conv2">(7, threads);
        check_gradients<Normalised, "input", "bn1", "conv1", "output">(3, threads);
        check_gradients<Pooled, "rectified", "input">(4, threads);
        check_gradients<Shared, "input", "residual1.conv2", "concat1.1.conv1">(5, threads);
        check_gradients<Dense, "early", "concat1.1.late", "normal", "input">(5, threads);
        check_gradients<Residuals, "layer1.1.bn2", "layer2.0.downsample.1", "layer2.1.conv1">(9, threads);
    }
}

TEST_CASE("fused: gradients of the input alone") {
    check_gradients<Packed, "input">(17, 2);
    check_gradients<Filtered, "input">(2, 1);
    check_gradients<Residuals, "input">(5, 2);
}

TEST_CASE("fused: values have the names of their places") {
    using namespace residua::detail;
    struct Places : Network<Input<16, 8, 8>, Stage<2, 16, Sequence<Conv3x3, Named<"rectified", ReLU>>>,
                            Concat<Named<"left", ReLU>, Sequence<BN, Named<"right", ReLU>>>,
                            Named<"both", Sequence<BN, ReLU>>, Named<"input", ReLU>> {};
    STATIC_REQUIRE(accepts<Places>);
    constexpr auto at = [](std::string_view name) { return place_of(find_value(graph_of<Places>, name)); };
    STATIC_REQUIRE(at("input") == 0);
    STATIC_REQUIRE(at("layer1.0.rectified") == 2);
    STATIC_REQUIRE(at("layer1.1.rectified") == 4);
    STATIC_REQUIRE(at("concat1.0.left") == 5);
    STATIC_REQUIRE(at("concat1.1.right") == 7);
    STATIC_REQUIRE(at("both") == 10);  // behind the concatenation, its last layer
    STATIC_REQUIRE(at("output") == 11);
    for (const char* unknown : {"", "rectified", "left", "layer1.2.rectified", "in", "layer1"})
        CHECK(find_value(graph_of<Places>, unknown) == NodeNumber::none);
    STATIC_REQUIRE_FALSE(accepts<Network<Input<16, 8, 8>, Conv<4, 3>, Named<"conv1", ReLU>>>);
    STATIC_REQUIRE_FALSE(accepts<Network<Input<16, 8, 8>, Named<"a", ReLU>, Named<"a", ReLU>>>);
}

TEST_CASE("fused: nothing is planned and stored for gradients that nobody wants") {
    using Wanted = WithRespectTo<"input">;
    using Planned = detail::Planned<Packed, Wanted>;
    constexpr auto last_blend = [](const auto& plan) {
        return plan.backward[detail::PassNumber{plan.backward_count - 1}].blend;
    };
    STATIC_REQUIRE(last_blend(training_plan<Packed>) == detail::BlendNumber::none);
    STATIC_REQUIRE(last_blend(training_plan<Planned>) != detail::BlendNumber::none);

    constexpr long images = 16;
    constexpr long without = workspace_bytes<Packed, Training, Batch<16>>;
    STATIC_REQUIRE(without == workspace_bytes<Packed, Training, Batch<16>, Threads<1>, WithRespectTo<>>);
    STATIC_REQUIRE(detail::TrainingSizes<Packed>::value_gradients(0) == 0);
    STATIC_REQUIRE(workspace_bytes<Packed, Training, Batch<16>, Threads<1>, Wanted> >=
                   without + 4 * images * input_shape<Packed>.count());
    CHECK(Workspace<Packed, Training>(16).bytes() == without);
    CHECK((Workspace<Packed, Training, Wanted>(16).bytes()) ==
          workspace_bytes<Packed, Training, Batch<16>, Threads<1>, Wanted>);
}
