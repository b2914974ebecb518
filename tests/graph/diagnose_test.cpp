#include <support/catch.hpp>
#include <type_traits>

#include <residua/model.hpp>

// Verdicts are types, so that most wrong models can be examined without a compiler error; what the compiler prints is
// the matter of tests/reject.

using namespace residua;

namespace {

template <int entry, int block, int layer, class Written>
using Place = At<EntryNumber<entry>, BlockNumber<block>, LayerNumber<layer>, Written>;

template <class Net, class Verdict>
constexpr bool verdict_is = std::is_same_v<Diagnose<Net>, Verdict>;

using BasicA = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<IdentityA>>;
using Basic = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ProjectionB>>;

struct NoLayer {};

/// A network of 3 x 8 x 8 images whose entry 1 is under test.
template <class... Layers>
using Small = Network<Input<3, 8, 8>, Layers...>;

// Words a program is likely to use for its own types.
using Block = Basic;
using Layer = ReLU;

}  // namespace

TEST_CASE("networks that fit are accepted") {
    STATIC_REQUIRE(verdict_is<ResNet20, Accepted>);
    STATIC_REQUIRE(accepts<ResNet110>);
    STATIC_REQUIRE(accepts<ResNet1202>);
    STATIC_REQUIRE(accepts<Plain110>);
    STATIC_REQUIRE(accepts<ResNet18>);
    STATIC_REQUIRE(accepts<ResNet50>);
    STATIC_REQUIRE(accepts<Network<Input<1, 1, 1>>>);
    STATIC_REQUIRE(accepts<Small<Stage<2, 16, Residual<Sequence<Conv3x3, BN, ReLU, Conv3x3, BN>, Conv1x1>>>>);
}

TEST_CASE("a network without input") {
    using Verdict = InputMissing<Wanted<Input<3, 32, 32>>, Got<Conv<16, 3>>>;
    STATIC_REQUIRE(verdict_is<Network<Conv<16, 3>, BN>, Verdict>);
    STATIC_REQUIRE(verdict_is<Network<>, InputMissing<Wanted<Input<3, 32, 32>>, Got<Network<>>>>);
    STATIC_REQUIRE(verdict_is<Sequence<BN>, InputMissing<Wanted<Input<3, 32, 32>>, Got<Sequence<BN>>>>);
    STATIC_REQUIRE(verdict_is<int, InputMissing<Wanted<Input<3, 32, 32>>, Got<int>>>);
}

TEST_CASE("a type that is no layer") {
    STATIC_REQUIRE(verdict_is<Small<BN, int, ReLU>, LayerUnknown<Place<2, 0, 0, int>>>);
    STATIC_REQUIRE(verdict_is<Small<Input<3, 8, 8>>, LayerUnknown<Place<1, 0, 0, Input<3, 8, 8>>>>);
    STATIC_REQUIRE(verdict_is<Small<ResNet20>, LayerUnknown<Place<1, 0, 0, ResNet20>>>);
    using Inner = Sequence<BN, ReLU, NoLayer>;
    STATIC_REQUIRE(verdict_is<Small<Inner>, LayerUnknown<Place<1, 0, 3, Inner>>>);
    using Units = Stage<2, 16, Sequence<Conv3x3, NoLayer>>;
    STATIC_REQUIRE(verdict_is<Small<BN, Units>, LayerUnknown<Place<2, 1, 2, Units>>>);
    using Branch = Residual<Sequence<BN, NoLayer>>;
    STATIC_REQUIRE(verdict_is<Small<Branch>, LayerUnknown<Place<1, 0, 2, Branch>>>);
    using Name = Named<"head", NoLayer>;
    STATIC_REQUIRE(verdict_is<Small<Name>, LayerUnknown<Place<1, 0, 0, Name>>>);
}

TEST_CASE("an option that a layer does not take, or one given twice") {
    using Odd = Conv<16, 3, Shortcut<None>>;
    STATIC_REQUIRE(verdict_is<Small<BN, Odd>, OptionNotTaken<Place<2, 0, 0, Odd>>>);
    using Twice = Conv<16, 3, Stride<2>, Bias, Stride<2>>;
    STATIC_REQUIRE(verdict_is<Small<Twice>, OptionNotTaken<Place<1, 0, 0, Twice>>>);
    using Pool = AvgPool<2, Bias>;
    STATIC_REQUIRE(verdict_is<Small<Pool>, OptionNotTaken<Place<1, 0, 0, Pool>>>);
    using Units = Stage<2, 16, Basic, Padding<1>>;
    STATIC_REQUIRE(verdict_is<Small<Units>, OptionNotTaken<Place<1, 0, 0, Units>>>);
    STATIC_REQUIRE(accepts<Small<Conv<16, 3, Bias, Padding<0>, Stride<2>>, AvgPool<2, Padding<1>, Stride<1>>>>);
}

TEST_CASE("sizes that are zero or negative") {
    STATIC_REQUIRE(
        verdict_is<Network<Input<3, 0, 8>>, SizeNotPositive<Place<0, 0, 0, Input<3, 0, 8>>, Got<SizesOf<3, 0, 8>>>>);
    using NoChannels = Conv<0, 3>;
    STATIC_REQUIRE(verdict_is<Small<NoChannels>, SizeNotPositive<Place<1, 0, 0, NoChannels>, Got<SizesOf<0, 3, 1>>>>);
    using NoKernel = Conv<8, -1>;
    STATIC_REQUIRE(verdict_is<Small<NoKernel>, SizeNotPositive<Place<1, 0, 0, NoKernel>, Got<SizesOf<-1, 1, -1>>>>);
    using NoStride = Conv<8, 3, Stride<0>>;
    STATIC_REQUIRE(verdict_is<Small<BN, NoStride>, SizeNotPositive<Place<2, 0, 0, NoStride>, Got<SizesOf<3, 0, 1>>>>);
    using NoPadding = Conv<8, 3, Padding<-1>>;
    STATIC_REQUIRE(verdict_is<Small<NoPadding>, SizeNotPositive<Place<1, 0, 0, NoPadding>, Got<SizesOf<3, 1, -1>>>>);
    using NoPool = MaxPool<0>;
    STATIC_REQUIRE(verdict_is<Small<NoPool>, SizeNotPositive<Place<1, 0, 0, NoPool>, Got<SizesOf<0, 0, 0>>>>);
    STATIC_REQUIRE(verdict_is<Small<Maxout<0>>, SizeNotPositive<Place<1, 0, 0, Maxout<0>>, Got<SizesOf<0, 1, 1>>>>);
    STATIC_REQUIRE(verdict_is<Small<Maxout<-3>>, SizeNotPositive<Place<1, 0, 0, Maxout<-3>>, Got<SizesOf<-3, 1, 1>>>>);
    using NoUnits = Linear<0>;
    STATIC_REQUIRE(
        verdict_is<Small<GlobalAvgPool, NoUnits>, SizeNotPositive<Place<2, 0, 0, NoUnits>, Got<SizesOf<0, 1, 1>>>>);
    using NoBlocks = Stage<0, 16, Basic>;
    STATIC_REQUIRE(verdict_is<Small<NoBlocks>, SizeNotPositive<Place<1, 0, 0, NoBlocks>, Got<SizesOf<16, 0, 1>>>>);
    using NoWidth = Stage<2, -16, Basic>;
    STATIC_REQUIRE(verdict_is<Small<NoWidth>, SizeNotPositive<Place<1, 0, 0, NoWidth>, Got<SizesOf<-16, 2, 1>>>>);
    using NoStep = Stage<2, 16, Basic, Stride<0>>;
    STATIC_REQUIRE(verdict_is<Small<NoStep>, SizeNotPositive<Place<1, 0, 0, NoStep>, Got<SizesOf<16, 2, 0>>>>);
    using NoWidening = Stage<2, 16, ResidualBlock<Conv3x3, Widen<0, Conv1x1>, BN, ReLU, Shortcut<None>>>;
    STATIC_REQUIRE(verdict_is<Small<NoWidening>, SizeNotPositive<Place<1, 1, 4, NoWidening>, Got<SizesOf<0, 1, 1>>>>);
}

TEST_CASE("a kernel larger than its padded input") {
    using Large = Conv<8, 11, Padding<1>>;
    STATIC_REQUIRE(
        verdict_is<Small<Large>,
                   KernelLargerThanInput<Place<1, 0, 0, Large>, Wanted<MapOf<0, 11, 11>>, Got<MapOf<0, 10, 10>>>>);
    STATIC_REQUIRE(accepts<Small<Conv<8, 10, Padding<1>>>>);
    using Flat = Conv<4, 3, Padding<0>>;
    STATIC_REQUIRE(
        verdict_is<Network<Input<3, 2, 9>, Flat>,
                   KernelLargerThanInput<Place<1, 0, 0, Flat>, Wanted<MapOf<0, 3, 3>>, Got<MapOf<0, 2, 9>>>>);
    STATIC_REQUIRE(
        verdict_is<Network<Input<3, 9, 2>, Flat>,
                   KernelLargerThanInput<Place<1, 0, 0, Flat>, Wanted<MapOf<0, 3, 3>>, Got<MapOf<0, 9, 2>>>>);
    // 8x8, 4x4, 2x2, 1x1: the pool of the fourth block does not fit any more.
    using Halving = Stage<4, 16, Sequence<Conv3x3, MaxPool<2>>>;
    STATIC_REQUIRE(
        verdict_is<Small<ReLU, Halving>,
                   KernelLargerThanInput<Place<2, 4, 2, Halving>, Wanted<MapOf<0, 2, 2>>, Got<MapOf<0, 1, 1>>>>);
}

TEST_CASE("a pool that does not tile its map") {
    STATIC_REQUIRE(
        verdict_is<Small<MaxPool<3>>,
                   SizeNotDivisible<Place<1, 0, 0, MaxPool<3>>, Wanted<KernelOf<3, 3>>, Got<MapOf<0, 8, 8>>>>);
    STATIC_REQUIRE(
        verdict_is<Network<Input<1, 8, 7>, AvgPool<2>>,
                   SizeNotDivisible<Place<1, 0, 0, AvgPool<2>>, Wanted<KernelOf<2, 2>>, Got<MapOf<0, 8, 7>>>>);
    STATIC_REQUIRE(
        verdict_is<Small<MaxPool<4, Padding<1>>>, SizeNotDivisible<Place<1, 0, 0, MaxPool<4, Padding<1>>>,
                                                                   Wanted<KernelOf<4, 4>>, Got<MapOf<0, 10, 10>>>>);
    STATIC_REQUIRE(accepts<Small<MaxPool<5, Padding<1>>>>);
    STATIC_REQUIRE(accepts<Small<MaxPool<4>>>);
    STATIC_REQUIRE(accepts<Small<MaxPool<3, Stride<3>>>>);
}

TEST_CASE("branches of a concatenation in maps of different size") {
    using Halved = Concat<Conv<4, 1>, Conv<4, 3, Stride<2>>>;
    STATIC_REQUIRE(
        verdict_is<Small<Halved>,
                   MapSizesDiffer<Place<1, 0, 0, Halved>, MainEndsIn<MapOf<4, 8, 8>>, ShortcutEndsIn<MapOf<4, 4, 4>>>>);
    STATIC_REQUIRE(verdict_is<Small<Concat<>>, SizeNotPositive<Place<1, 0, 0, Concat<>>, Got<SizesOf<0, 0, 0>>>>);
    STATIC_REQUIRE(accepts<Small<Concat<BN>>>);
}

TEST_CASE("channels that groups do not divide") {
    using Out = Conv<9, 3, Groups<4>>;
    using In = Conv<10, 3, Groups<5>>;
    STATIC_REQUIRE(verdict_is<Small<Conv<8, 1>, Out>,
                              ChannelsNotDivisible<Place<2, 0, 0, Out>, Wanted<MultipleOf<4>>, Got<ChannelsOf<9>>>>);
    STATIC_REQUIRE(verdict_is<Small<Conv<8, 1>, In>,
                              ChannelsNotDivisible<Place<2, 0, 0, In>, Wanted<MultipleOf<5>>, Got<ChannelsOf<8>>>>);
    using None = Conv<8, 3, Groups<0>>;
    STATIC_REQUIRE(verdict_is<Small<None>, SizeNotPositive<Place<1, 0, 0, None>, Got<SizesOf<8, 0, 3>>>>);
    using Twice = Conv<8, 3, Groups<2>, Groups<4>>;
    STATIC_REQUIRE(verdict_is<Small<Conv<8, 1>, Twice>, OptionNotTaken<Place<2, 0, 0, Twice>>>);
    STATIC_REQUIRE(accepts<Small<Conv<8, 1>, Conv<4, 3, Bias, Groups<4>, Stride<2>>>>);
}

TEST_CASE("a pool padded with more than half of its kernel, which PyTorch refuses too") {
    using Wide = MaxPool<3, Padding<2>>;
    STATIC_REQUIRE(
        verdict_is<Small<BN, Wide>, PaddingTooLarge<Place<2, 0, 0, Wide>, Wanted<Padding<1>>, Got<Padding<2>>>>);
    using Padded = AvgPool<1, Stride<1>, Padding<1>>;
    STATIC_REQUIRE(
        verdict_is<Small<Padded>, PaddingTooLarge<Place<1, 0, 0, Padded>, Wanted<Padding<0>>, Got<Padding<1>>>>);
    STATIC_REQUIRE(accepts<Small<MaxPool<2, Stride<2>, Padding<1>>>>);
    STATIC_REQUIRE(accepts<Small<AvgPool<5, Stride<1>, Padding<2>>>>);
    STATIC_REQUIRE(accepts<Small<MaxPool<4, Stride<3>, Padding<2>>>>);
    STATIC_REQUIRE(accepts<Small<Conv<4, 1, Padding<2>>>>);
}

TEST_CASE("channels that cannot be divided into equal runs") {
    STATIC_REQUIRE(
        verdict_is<Small<BN, Maxout<2>>,
                   ChannelsNotDivisible<Place<2, 0, 0, Maxout<2>>, Wanted<MultipleOf<2>>, Got<ChannelsOf<3>>>>);
    STATIC_REQUIRE(
        verdict_is<Small<Conv<8, 3>, Maxout<16>>,
                   ChannelsNotDivisible<Place<2, 0, 0, Maxout<16>>, Wanted<MultipleOf<16>>, Got<ChannelsOf<8>>>>);
    using Units = Stage<2, 12, Sequence<Conv3x3, Maxout<2>, BN, Maxout<4>>>;
    STATIC_REQUIRE(verdict_is<Small<Units>,
                              ChannelsNotDivisible<Place<1, 1, 4, Units>, Wanted<MultipleOf<4>>, Got<ChannelsOf<6>>>>);
    STATIC_REQUIRE(accepts<Small<Maxout<3>, Maxout<1>>>);
    STATIC_REQUIRE(accepts<Small<Conv<12, 3>, Maxout<2>, Maxout<6>>>);
}

TEST_CASE("a linear layer on a map") {
    using Verdict = LinearAfterMap<Place<2, 0, 0, Linear<10>>, Wanted<MapOf<16, 1, 1>>, Got<MapOf<16, 8, 8>>>;
    STATIC_REQUIRE(verdict_is<Small<Conv<16, 3>, Linear<10>>, Verdict>);
    STATIC_REQUIRE(accepts<Small<GlobalAvgPool, Linear<10>, ReLU, Linear<5>>>);
    STATIC_REQUIRE(accepts<Small<MaxPool<8>, Linear<10>>>);
}

TEST_CASE("a layer that takes its width from a stage, outside of one") {
    STATIC_REQUIRE(verdict_is<Small<Conv3x3>, WidthUnknown<Place<1, 0, 0, Conv3x3>>>);
    STATIC_REQUIRE(verdict_is<Small<BN, Basic>, WidthUnknown<Place<2, 0, 0, Basic>>>);
    using Inner = Sequence<BN, Conv1x1>;
    STATIC_REQUIRE(verdict_is<Small<Inner>, WidthUnknown<Place<1, 0, 2, Inner>>>);
    STATIC_REQUIRE(verdict_is<Small<Stage<1, 8, Basic>, Conv3x3>, WidthUnknown<Place<2, 0, 0, Conv3x3>>>);
}

TEMPLATE_TEST_CASE("a block whose parts are not in order", "", (ResidualBlock<>), (ResidualBlock<Conv3x3>),
                   (ResidualBlock<Conv3x3, BN, ReLU>), (ResidualBlock<BN, ReLU, Shortcut<None>>),
                   (ResidualBlock<Conv3x3, ReLU, BN, Shortcut<None>>),
                   (ResidualBlock<BN, Conv3x3, ReLU, Shortcut<None>>), (ResidualBlock<Conv3x3, BN, BN, Shortcut<None>>),
                   (ResidualBlock<Conv3x3, BN, ReLU, ProjectionB>), (ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ReLU>>),
                   (ResidualBlock<Conv3x3, BN, ReLU, Shortcut<None>, BN>),
                   (ResidualBlock<Conv<16, 3>, BN, ReLU, Shortcut<None>>)) {
    using Units = Stage<2, 16, TestType>;
    STATIC_REQUIRE(verdict_is<Small<BN, Units>, BlockMalformed<Place<2, 1, 0, Units>>>);
    STATIC_REQUIRE(verdict_is<Small<TestType>, BlockMalformed<Place<1, 0, 0, TestType>>>);
}

TEST_CASE("a stage whose stride no layer of its block takes") {
    using First = Stage<1, 16, Sequence<Conv<16, 3>, BN>>;
    using Second = Stage<2, 32, Sequence<Conv<32, 3>, BN>>;
    STATIC_REQUIRE(accepts<Small<First>>);
    STATIC_REQUIRE(verdict_is<Small<First, Second>, StrideUnused<Place<2, 1, 0, Second>, Got<Stride<2>>>>);
    STATIC_REQUIRE(accepts<Small<First, Stage<2, 32, Sequence<Conv<32, 3>, BN>, Stride<1>>>>);
    using Outer = Stage<1, 16, Stage<2, 16, Basic, Stride<1>>, Stride<2>>;
    STATIC_REQUIRE(verdict_is<Small<Outer>, StrideUnused<Place<1, 1, 0, Outer>, Got<Stride<2>>>>);
}

TEST_CASE("a stage within a stage or a branch that does not say its stride") {
    using Inner = Stage<2, 16, Sequence<Conv3x3, Stage<1, 24, Basic>>>;
    STATIC_REQUIRE(verdict_is<Small<BN, Inner>, StrideUnknown<Place<2, 1, 2, Inner>>>);
    using Branch = Residual<Stage<1, 3, Basic>>;
    STATIC_REQUIRE(verdict_is<Small<Branch>, StrideUnknown<Place<1, 0, 0, Branch>>>);
    using Other = Residual<Conv<3, 1>, Sequence<BN, Stage<1, 3, Basic>>>;
    STATIC_REQUIRE(verdict_is<Small<Other>, StrideUnknown<Place<1, 0, 2, Other>>>);
    STATIC_REQUIRE(accepts<Small<Residual<Stage<1, 3, Basic, Stride<1>>>, Stage<1, 8, Basic>>>);
}

TEST_CASE("a name that another layer's parameters have") {
    using Both = Named<"a", Sequence<Conv<8, 3>, BN, ReLU>>;
    STATIC_REQUIRE(verdict_is<Small<Both>, NameTaken<Place<1, 0, 2, Both>, TakenAt<Place<1, 0, 1, Both>>>>);
    using First = Named<"a", Conv<8, 3>>;
    using Second = Named<"a", BN>;
    STATIC_REQUIRE(verdict_is<Small<First, Second>, NameTaken<Place<2, 0, 0, Second>, TakenAt<Place<1, 0, 0, First>>>>);
    // As the second convolution is called, which has been counted.
    using Early = Named<"conv2", Conv<8, 3>>;
    STATIC_REQUIRE(verdict_is<Small<Early, ReLU, Conv<8, 1>>,
                              NameTaken<Place<3, 0, 0, Conv<8, 1>>, TakenAt<Place<1, 0, 0, Early>>>>);
    // Spelled otherwise, but the same text.
    using Units = Stage<2, 16, Basic>;
    using Dotted = Named<"layer1.1.bn2", BN>;
    STATIC_REQUIRE(verdict_is<Small<Units, Dotted>, NameTaken<Place<2, 0, 0, Dotted>, TakenAt<Place<1, 2, 4, Units>>>>);
    using Blocks = Stage<2, 16, Named<"a", Basic>>;
    STATIC_REQUIRE(verdict_is<Small<Blocks>, NameTaken<Place<1, 1, 0, Blocks>, TakenAt<Place<1, 1, 0, Blocks>>>>);

    STATIC_REQUIRE(accepts<Small<Named<"a", Sequence<Conv<8, 3>, ReLU>>, Named<"a.0", BN>, Named<"b", ReLU>>>);
    STATIC_REQUIRE(accepts<Small<Named<"layer1.2.bn2", BN>, Stage<2, 16, Basic>>>);

    // Values have names, too.
    using Weightless = Named<"b", ReLU>;
    using Weighted = Named<"b", BN>;
    STATIC_REQUIRE(verdict_is<Small<Weightless, Weighted>,
                              NameTaken<Place<2, 0, 0, Weighted>, TakenAt<Place<1, 0, 0, Weightless>>>>);
    using Counted = Named<"bn1", ReLU>;
    STATIC_REQUIRE(verdict_is<Small<BN, Counted>, NameTaken<Place<2, 0, 0, Counted>, TakenAt<Place<1, 0, 0, BN>>>>);
    STATIC_REQUIRE(accepts<Small<Stage<2, 16, Sequence<Conv3x3, Named<"a", ReLU>>>, Named<"a", ReLU>>>);
}

TEST_CASE("branches that end in different numbers of channels") {
    using Wider = Residual<Sequence<Conv<32, 3>, BN>>;
    using Verdict = ChannelsDiffer<Place<2, 0, 0, Wider>, MainEndsIn<MapOf<32, 8, 8>>, ShortcutEndsIn<MapOf<16, 8, 8>>>;
    STATIC_REQUIRE(verdict_is<Small<Conv<16, 3>, Wider>, Verdict>);
    using Units = Stage<3, 16, Sequence<Conv3x3, BN, Residual<Conv<5, 3>, Conv<6, 1>>>>;
    STATIC_REQUIRE(
        verdict_is<Small<Units>,
                   ChannelsDiffer<Place<1, 1, 3, Units>, MainEndsIn<MapOf<5, 8, 8>>, ShortcutEndsIn<MapOf<6, 8, 8>>>>);
    using Nested = Residual<Sequence<Residual<Conv<4, 3>>, ReLU>>;
    STATIC_REQUIRE(
        verdict_is<Small<Nested>,
                   ChannelsDiffer<Place<1, 0, 1, Nested>, MainEndsIn<MapOf<4, 8, 8>>, ShortcutEndsIn<MapOf<3, 8, 8>>>>);
}

TEST_CASE("branches that end in maps of different size") {
    using Smaller = Residual<Sequence<Conv<16, 3, Stride<2>>, BN>, Conv<16, 1>>;
    using Verdict =
        MapSizesDiffer<Place<1, 0, 0, Smaller>, MainEndsIn<MapOf<16, 4, 4>>, ShortcutEndsIn<MapOf<16, 8, 8>>>;
    STATIC_REQUIRE(verdict_is<Small<Smaller>, Verdict>);
    // The identity does not follow the stride of the second stage.
    using Units = Stage<2, 16, Residual<Sequence<Conv3x3, BN>>>;
    STATIC_REQUIRE(
        verdict_is<Small<Stage<1, 16, Basic>, Units>, MapSizesDiffer<Place<2, 1, 0, Units>, MainEndsIn<MapOf<16, 4, 4>>,
                                                                     ShortcutEndsIn<MapOf<16, 8, 8>>>>);
}

TEST_CASE("an identity shortcut that would drop channels") {
    using Narrow = Stage<2, 8, BasicA>;
    using Verdict =
        ShortcutLosesChannels<Place<2, 1, 0, Narrow>, MainEndsIn<MapOf<8, 4, 4>>, ShortcutEndsIn<MapOf<16, 8, 8>>>;
    STATIC_REQUIRE(verdict_is<Small<Stage<1, 16, BasicA>, Narrow>, Verdict>);
    STATIC_REQUIRE(accepts<Small<Stage<1, 16, Basic>, Stage<2, 8, Basic>>>);
}

TEST_CASE("the first of several mistakes is the verdict") {
    STATIC_REQUIRE(verdict_is<Small<int, Conv<0, 3>, Linear<3>>, LayerUnknown<Place<1, 0, 0, int>>>);
}

TEST_CASE("a block inside a sequence counts as one layer of it") {
    using Units = Stage<1, 16, Sequence<Basic, ReLU, NoLayer>>;
    STATIC_REQUIRE(verdict_is<Small<Units>, LayerUnknown<Place<1, 1, 3, Units>>>);
}

TEST_CASE("a stage inside a stage takes its own width and gives the outer one back") {
    using Outer = Stage<2, 16, Sequence<Conv3x3, Stage<1, 24, Basic, Stride<1>>, Conv3x3>>;
    STATIC_REQUIRE(graph_of<Small<Outer>>.output_shape() == Chw{16, 8, 8});
}

TEST_CASE("common words stay free for a program that uses the namespace") {
    STATIC_REQUIRE(accepts<Small<Stage<1, 16, Block>, Layer>>);
}
