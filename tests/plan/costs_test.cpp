#include <algorithm>
#include <support/catch.hpp>
#include <vector>

#include <residua/model.hpp>

using namespace residua;

// Values of the CIFAR networks, parameters, buffers and multiply-adds: PyTorch 1.13, sums over `parameters()`,
// `named_buffers()` and, for the latter, over forward hooks on Conv2d and Linear of a network written there; those of
// DenseNet-121 likewise, with PyTorch 2.13. Those of ResNet-18 and 50: torchvision's documentation and table 1 of the
// paper (1.8e9 and 3.8e9). Parameters of the other ImageNet networks, VGG and DenseNet-121: torchvision's
// documentation.

TEST_CASE("trained parameters") {
    STATIC_REQUIRE(parameter_count<ResNet20> == 269'722);
    STATIC_REQUIRE(parameter_count<ResNet32> == 464'154);
    STATIC_REQUIRE(parameter_count<ResNet44> == 658'586);
    STATIC_REQUIRE(parameter_count<ResNet56> == 853'018);
    STATIC_REQUIRE(parameter_count<ResNet110> == 1'727'962);
    STATIC_REQUIRE(parameter_count<ResNet1202> == 19'421'274);
    STATIC_REQUIRE(parameter_count<ResNet18> == 11'689'512);
    STATIC_REQUIRE(parameter_count<ResNet34> == 21'797'672);
    STATIC_REQUIRE(parameter_count<ResNet50> == 25'557'032);
    STATIC_REQUIRE(parameter_count<ResNet101> == 44'549'160);
    STATIC_REQUIRE(parameter_count<ResNet152> == 60'192'808);
    STATIC_REQUIRE(parameter_count<Vgg16> == 138'357'544);
    STATIC_REQUIRE(parameter_count<Vgg19> == 143'667'240);
    STATIC_REQUIRE(parameter_count<DenseNet121> == 7'978'856);
    STATIC_REQUIRE(parameter_count<ResNet50V15> == 25'557'032);
    STATIC_REQUIRE(parameter_count<ResNet101V15> == 44'549'160);
    STATIC_REQUIRE(parameter_count<ResNet152V15> == 60'192'808);
}

TEST_CASE("shortcut option A adds no parameters") {
    STATIC_REQUIRE(parameter_count<Plain20> == parameter_count<ResNet20>);
    STATIC_REQUIRE(parameter_count<Plain32> == 464'154);
    STATIC_REQUIRE(parameter_count<Plain44> == 658'586);
    STATIC_REQUIRE(parameter_count<Plain56> == 853'018);
    STATIC_REQUIRE(parameter_count<Plain110> == parameter_count<ResNet110>);
    STATIC_REQUIRE(multiply_adds<Plain32> == 68'862'592);
    STATIC_REQUIRE(multiply_adds<Plain44> == 97'174'144);
    STATIC_REQUIRE(multiply_adds<Plain56> == multiply_adds<ResNet56>);
}

TEST_CASE("the plain networks lack the projections of ResNet-18 and 34, and nothing else") {
    constexpr long projections = 64 * 128 + 128 * 256 + 256 * 512 + 2 * (128 + 256 + 512);
    STATIC_REQUIRE(parameter_count<Plain18> == 11'689'512 - projections);
    STATIC_REQUIRE(parameter_count<Plain34> == 21'797'672 - projections);
    constexpr long products = 64 * 128 * 28 * 28 + 128 * 256 * 14 * 14 + 256 * 512 * 7 * 7;
    STATIC_REQUIRE(multiply_adds<Plain18> == 1'814'073'344 - products);
    STATIC_REQUIRE(multiply_adds<Plain34> == 3'663'761'408 - products);
    STATIC_REQUIRE(parameter_count<ResNet34Of<IdentityA>> == parameter_count<Plain34>);
}

TEST_CASE("networks for other images and ten classes: only the last layer is smaller") {
    using Small = Input<3, 64, 96>;
    constexpr long narrow = 990L * (512 + 1);
    constexpr long wide = 990L * (2048 + 1);
    STATIC_REQUIRE(parameter_count<ResNet18Of<ProjectionB, Small, 10>> == 11'689'512 - narrow);
    STATIC_REQUIRE(parameter_count<ResNet34Of<ProjectionB, Small, 10>> == 21'797'672 - narrow);
    STATIC_REQUIRE(parameter_count<ResNet50Of<Small, 10>> == 25'557'032 - wide);
    STATIC_REQUIRE(parameter_count<ResNet101Of<Small, 10>> == 44'549'160 - wide);
    STATIC_REQUIRE(parameter_count<ResNet152Of<Small, 10>> == 60'192'808 - wide);
    STATIC_REQUIRE(parameter_count<ResNet50V15Of<Small, 10>> == 25'557'032 - wide);
    STATIC_REQUIRE(parameter_count<ResNet101V15Of<Small, 10>> == 44'549'160 - wide);
    STATIC_REQUIRE(parameter_count<ResNet152V15Of<Small, 10>> == 60'192'808 - wide);
    STATIC_REQUIRE(parameter_count<Plain18Of<Small, 10>> == parameter_count<Plain18> - narrow);
    STATIC_REQUIRE(parameter_count<Plain34Of<Small, 10>> == parameter_count<Plain34> - narrow);
    STATIC_REQUIRE(parameter_count<Vgg16Of<ImageNetInput, 10>> == 138'357'544 - 990L * 4097);
    STATIC_REQUIRE(parameter_count<Vgg19Of<ImageNetInput, 10>> == 143'667'240 - 990L * 4097);
    STATIC_REQUIRE(parameter_count<DenseNet121Of<Small, 10>> == 7'978'856 - 990L * (1024 + 1));
    STATIC_REQUIRE(output_shape<ResNet101V15Of<Small, 10>> == Chw{10, 1, 1});
}

TEST_CASE("the families that the paper's networks belong to") {
    using Block = detail::BottleneckBlock<ProjectionC>;
    STATIC_REQUIRE(parameter_count<CifarResNet<5>> == 464'154);
    STATIC_REQUIRE(multiply_adds<CifarPlain<5>> == 68'862'592);
    // Every n adds as much.
    STATIC_REQUIRE(parameter_count<detail::CifarNet<2, detail::BasicBlock<None>>> ==
                   2 * 269'722 - parameter_count<CifarResNet<4>>);
    // One block of 64 channels more than ResNet-50 has, whose shortcut is projected as all of ProjectionC are.
    STATIC_REQUIRE(parameter_count<detail::ImageNetNet<Block, 4, 4, 6, 3, ImageNetInput, 1000>> -
                       parameter_count<detail::ImageNetNet<Block, 3, 4, 6, 3, ImageNetInput, 1000>> ==
                   256 * 64 + 64 * 64 * 9 + 64 * 256 + 256 * 256 + 2 * (64 + 64 + 256 + 256));
}

TEST_CASE("trained parameters and running statistics: what a weight file holds") {
    STATIC_REQUIRE(weight_count<ResNet20> == 271'098);
    STATIC_REQUIRE(weight_count<ResNet110> == 1'736'058);
    STATIC_REQUIRE(weight_count<ResNet1202> == 19'510'906);
    STATIC_REQUIRE(weight_count<DenseNet121> == 8'062'504);
}

TEST_CASE("multiply-adds of ResNet-20, by hand") {
    constexpr long stem = 16 * 32 * 32 * (3 * 9);
    constexpr long stage1 = 6L * 16 * 32 * 32 * (16 * 9);
    constexpr long stage2 = 32 * 16 * 16 * (16 * 9) + 5L * 32 * 16 * 16 * (32 * 9);
    constexpr long stage3 = 64 * 8 * 8 * (32 * 9) + 5L * 64 * 8 * 8 * (64 * 9);
    STATIC_REQUIRE(multiply_adds<ResNet20> == stem + stage1 + stage2 + stage3 + 64 * 10);
    STATIC_REQUIRE(multiply_adds<ResNet20> == 40'551'040);
}

TEST_CASE("multiply-adds of the other networks") {
    STATIC_REQUIRE(multiply_adds<ResNet32> == 68'862'592);
    STATIC_REQUIRE(multiply_adds<ResNet44> == 97'174'144);
    STATIC_REQUIRE(multiply_adds<ResNet56> == 125'485'696);
    STATIC_REQUIRE(multiply_adds<ResNet110> == 252'887'680);
    STATIC_REQUIRE(multiply_adds<ResNet1202> == 2'829'238'912);
    STATIC_REQUIRE(multiply_adds<ResNet18> == 1'814'073'344);
    STATIC_REQUIRE(multiply_adds<ResNet34> == 3'663'761'408);
    STATIC_REQUIRE(multiply_adds<ResNet50> == 3'857'973'248);
    STATIC_REQUIRE(multiply_adds<ResNet101> == 7'570'194'432);
    STATIC_REQUIRE(multiply_adds<ResNet152> == 11'282'415'616);
    STATIC_REQUIRE(multiply_adds<Vgg16> == 15'470'264'320);
    STATIC_REQUIRE(multiply_adds<Vgg19> == 19'632'062'464);
    STATIC_REQUIRE(multiply_adds<DenseNet121> == 2'834'161'664);
    STATIC_REQUIRE(multiply_adds<ResNet50V15> == 4'089'184'256);
    STATIC_REQUIRE(multiply_adds<ResNet101V15> == 7'801'405'440);
    STATIC_REQUIRE(multiply_adds<ResNet152V15> == 11'513'626'624);
}

TEST_CASE("costs of single layers") {
    using Net = Network<Input<3, 8, 6>, Conv<5, 3, Stride<2>, Bias>, BN, ReLU, MaxPool<2, Stride<1>, Padding<0>>,
                        GlobalAvgPool, Linear<7>>;
    STATIC_REQUIRE(parameter_count<Net> == (5 * 3 * 9 + 5) + 2 * 5 + (7 * 5 + 7));
    STATIC_REQUIRE(weight_count<Net> == parameter_count<Net> + 2 * 5);
    STATIC_REQUIRE(multiply_adds<Net> == 5 * 4 * 3 * (3 * 9) + 5 * 7);
    STATIC_REQUIRE(parameter_count<Network<Input<3, 8, 8>, ReLU>> == 0);
}

TEST_CASE("parameters lie side by side, the trained ones first") {
    std::vector<bool> covered(static_cast<std::size_t>(weight_count<ResNet20>), false);
    for (const Parameter& parameter : parameters<ResNet20>) {
        CHECK((parameter.offset < parameter_count<ResNet20>) == parameter.trained());
        for (long i = parameter.offset; i < parameter.offset + parameter.count(); ++i) {
            CHECK_FALSE(covered.at(static_cast<std::size_t>(i)));
            covered[static_cast<std::size_t>(i)] = true;
        }
    }
    CHECK(std::find(covered.begin(), covered.end(), false) == covered.end());
}
