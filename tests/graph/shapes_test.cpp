#include <support/catch.hpp>

#include <residua/model.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

template <class... Layers>
constexpr Chw after = output_shape<Network<Input<3, 9, 12>, Layers...>>;

}  // namespace

TEST_CASE("shape of each layer's output") {
    STATIC_REQUIRE(after<> == Chw{3, 9, 12});
    STATIC_REQUIRE(after<Conv<16, 3>> == Chw{16, 9, 12});
    STATIC_REQUIRE(after<Conv<16, 1>> == Chw{16, 9, 12});
    STATIC_REQUIRE(after<Conv<16, 3, Stride<2>>> == Chw{16, 5, 6});
    STATIC_REQUIRE(after<Conv<16, 3, Padding<0>>> == Chw{16, 7, 10});
    STATIC_REQUIRE(after<Conv<16, 5, Stride<3>, Padding<1>, Bias>> == Chw{16, 3, 4});
    STATIC_REQUIRE(after<Conv<16, 4>> == Chw{16, 8, 11});
    STATIC_REQUIRE(after<BN> == Chw{3, 9, 12});
    STATIC_REQUIRE(after<ReLU> == Chw{3, 9, 12});
    STATIC_REQUIRE(after<Identity> == Chw{3, 9, 12});
    STATIC_REQUIRE(after<MaxPool<3>> == Chw{3, 3, 4});
    STATIC_REQUIRE(after<MaxPool<3, Stride<2>>> == Chw{3, 5, 6});
    STATIC_REQUIRE(after<AvgPool<3, Padding<0>>> == Chw{3, 3, 4});
    STATIC_REQUIRE(after<AvgPool<2, Stride<1>>> == Chw{3, 8, 11});
    STATIC_REQUIRE(after<Maxout<3>> == Chw{1, 9, 12});
    STATIC_REQUIRE(after<Conv<12, 3>, Maxout<2>, Maxout<1>> == Chw{6, 9, 12});
    STATIC_REQUIRE(after<GlobalAvgPool> == Chw{3, 1, 1});
    STATIC_REQUIRE(after<GlobalAvgPool, Linear<7>> == Chw{7, 1, 1});
    STATIC_REQUIRE(after<Named<"head", Conv<4, 3>>> == Chw{4, 9, 12});
    STATIC_REQUIRE(after<Sequence<Conv<4, 3>, MaxPool<3>>> == Chw{4, 3, 4});
    STATIC_REQUIRE(after<Residual<Conv<3, 3>>> == Chw{3, 9, 12});
    STATIC_REQUIRE(after<Residual<Conv<8, 3, Stride<2>>, Conv<8, 1, Stride<2>>>> == Chw{8, 5, 6});
}

TEST_CASE("the first stage keeps the map's size, later ones halve it, unless told otherwise") {
    using Basic = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ProjectionB>>;
    STATIC_REQUIRE(after<Stage<2, 16, Basic>> == Chw{16, 9, 12});
    STATIC_REQUIRE(after<Stage<2, 16, Basic>, Stage<2, 32, Basic>> == Chw{32, 5, 6});
    STATIC_REQUIRE(after<Stage<2, 16, Basic, Stride<2>>> == Chw{16, 5, 6});
    STATIC_REQUIRE(after<Stage<1, 16, Basic>, Stage<2, 32, Basic, Stride<1>>> == Chw{32, 9, 12});
    STATIC_REQUIRE(after<Stage<1, 16, Basic>, Stage<2, 32, Basic, Stride<3>>> == Chw{32, 3, 4});
}

TEST_CASE("whether a stage is the first is decided by the network's own, not by those within others") {
    using Basic = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ProjectionB>>;
    using Twice = Sequence<Stage<1, 16, Basic>, Stage<1, 32, Basic>>;
    STATIC_REQUIRE(after<Twice> == Chw{32, 5, 6});
    STATIC_REQUIRE(after<Residual<Stage<1, 3, Basic, Stride<1>>>, Stage<1, 16, Basic>> == Chw{16, 9, 12});
    STATIC_REQUIRE(after<Stage<1, 16, Sequence<Conv3x3, Stage<1, 24, Basic, Stride<1>>>>, Stage<1, 32, Basic>> ==
                   Chw{32, 5, 6});
}

TEST_CASE("a stage within a block leaves the block's stride to the layer behind it") {
    using Basic = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ProjectionB>>;
    using Inner = Stage<2, 24, Basic, Stride<1>>;
    STATIC_REQUIRE(after<Stage<1, 16, Sequence<Inner, Conv3x3>, Stride<2>>> == Chw{16, 5, 6});
}

TEST_CASE("every kind of block, with every kind of shortcut") {
    STATIC_REQUIRE(after<Stage<2, 8, ResidualBlock<Conv3x3, BN, ReLU, Shortcut<IdentityA>>>> == Chw{8, 9, 12});
    STATIC_REQUIRE(after<Stage<2, 8, ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ProjectionC>>>> == Chw{8, 9, 12});
    STATIC_REQUIRE(after<Stage<2, 8, ResidualBlock<Conv3x3, BN, ReLU, Shortcut<None>>>> == Chw{8, 9, 12});
    STATIC_REQUIRE(after<Stage<2, 8, BottleneckBlock<ProjectionB>>> == Chw{32, 9, 12});
    STATIC_REQUIRE(after<Stage<2, 8, BottleneckBlockV15<ProjectionB>, Stride<2>>> == Chw{32, 5, 6});
}

TEST_CASE("both branches of a residual take the stage's stride") {
    using Unit = Residual<Sequence<Conv3x3, BN, ReLU, Conv3x3, BN>, Sequence<Conv1x1, BN>>;
    STATIC_REQUIRE(after<Stage<1, 16, Unit, Stride<2>>> == Chw{16, 5, 6});
}

TEST_CASE("shapes of the paper's networks") {
    STATIC_REQUIRE(input_shape<ResNet20> == Chw{3, 32, 32});
    STATIC_REQUIRE(output_shape<ResNet20> == Chw{10, 1, 1});
    STATIC_REQUIRE(output_shape<Plain110> == Chw{10, 1, 1});
    STATIC_REQUIRE(output_shape<ResNet50> == Chw{1000, 1, 1});
}

TEST_CASE("nodes come after what they read") {
    const auto& graph = graph_of<ResNet50>;
    for (NodeNumber i{}; i < graph.behind(); ++i) {
        for (const NodeNumber source : graph.sources(i)) CHECK((source != NodeNumber::none && source < i));
        CHECK(graph.sources(i).count == (i == NodeNumber{} ? 0 : graph[i].op == op_of<AddOp> ? 2 : 1));
    }
}

TEST_CASE("a flattening linear layer reads every value of the map") {
    using Net = Network<Input<3, 4, 5>, Conv<8, 3>, Linear<7, Flatten>>;
    STATIC_REQUIRE(output_shape<Net> == Chw{7, 1, 1});
    STATIC_REQUIRE(parameter_named<Net, "fc.weight">.shape == std::array{7, 160, 1, 1});
    STATIC_REQUIRE(parameter_named<Net, "fc.weight">.rank == 2);
    STATIC_REQUIRE(multiply_adds<Network<Input<3, 4, 5>, Linear<7, Flatten>>> == 7 * 60);
    STATIC_REQUIRE(!accepts<Network<Input<3, 4, 5>, Linear<7, Flatten, Flatten>>>);
}

TEST_CASE("a network on images of another shape has the same layers") {
    using Larger = WithInput<ResNet18, Input<3, 320, 384>>;
    STATIC_REQUIRE(input_shape<Larger> == Chw{3, 320, 384});
    STATIC_REQUIRE(output_shape<Larger> == Chw{1000, 1, 1});
    STATIC_REQUIRE(weight_count<Larger> == weight_count<ResNet18>);
    STATIC_REQUIRE(multiply_adds<WithInput<Larger, Input<3, 224, 224>>> == multiply_adds<ResNet18>);
    STATIC_REQUIRE(weight_count<WithInput<Vgg16, Input<3, 256, 256>>> > weight_count<Vgg16>);
}
