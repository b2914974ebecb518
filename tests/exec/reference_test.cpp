#include <cstdint>
#include <string>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <support/numeric_gradient.hpp>

#include <residua/exec/reference.hpp>
#include <residua/plan/names.hpp>

using namespace residua;
using namespace residua::detail;
using namespace residua::variables;
using Values = std::vector<double>;

namespace {

struct Tiny : Network<Input<1, 2, 2>, Conv<1, 1, Bias>, ReLU, GlobalAvgPool, Linear<2>> {};
struct TinyBn : Network<Input<1, 1, 2>, BN> {};
struct Sum : Network<Input<1, 1, 1>, Residual<Sequence<Conv<1, 1>, ReLU>, Conv<1, 1>>, Residual<ReLU>> {};

Values copy(std::span<const double> values) { return {values.begin(), values.end()}; }

void check_close(std::span<const double> found, const Values& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(expected[i]).epsilon(1e-12).margin(1e-14));
}

struct Squared : Activation<square(x)> {};
struct TwoActivations : Network<Input<1, 1, 1>, ReLU, Conv<1, 1>, Squared> {};

}  // namespace

TEST_CASE("reference network by hand") {
    // conv weight 2, bias -3; linear weights 1, 10, biases 100, 1000
    ReferenceNetwork<Tiny, double> network(Values{2, -3, 1, 10, 100, 1000});
    const Values images{1, 2, 3, 4, 0, 0, 0, 4};
    CHECK(copy(network.forward(images, 2, true)) == Values{102.25, 1022.5, 101.25, 1012.5});
    const auto gradients = network.backward(Values{1, 0, 0, 1});
    // means 2.25 and 1.25; positive after the convolution: pixels 2, 3, 4 of image 0 and the last of image 1
    CHECK(gradients.parameters == Values{(2 + 3 + 4) * 0.25 + 4 * 0.25 * 10, 0.75 + 2.5, 2.25, 1.25, 1, 1});
    CHECK(gradients.images == Values{0, 0.5, 0.5, 0.5, 0, 0, 0, 5});
}

TEST_CASE("reference network: each activation is its own") {
    ReferenceNetwork<TwoActivations, double> network(Values{-3});
    CHECK(copy(network.forward(Values{2, -2}, 2, true)) == Values{36, 0});
    const auto gradients = network.backward(Values{1, 1});
    CHECK(gradients.parameters == Values{-24});
    CHECK(gradients.images == Values{36, 0});
}

TEST_CASE("reference network: a map read twice gathers both gradients") {
    ReferenceNetwork<Sum, double> network(Values{3, 5});  // the shortcut's weight comes first
    CHECK(parameter_name<Sum>(parameters<Sum>[0]) == "residual1.shortcut.conv1.weight");
    CHECK(copy(network.forward(Values{2}, 1, true)) == Values{32});
    const auto gradients = network.backward(Values{1});
    CHECK(gradients.parameters == Values{4, 4});
    CHECK(gradients.images == Values{16});
}

TEST_CASE("reference network: BN in training and with running statistics") {
    ReferenceNetwork<TinyBn, double> network(Values{2, 1, 3, 4});  // weight, bias, running mean, running variance
    const Values images{1, 3};
    const double d = std::sqrt(4 + 1e-5);
    check_close(network.forward(images, 1, false), {2 * -2 / d + 1, 1});
    CHECK(copy(network.weights()) == Values{2, 1, 3, 4});
    const double batch = std::sqrt(1 + 1e-5);
    check_close(network.forward(images, 1, true), {-2 / batch + 1, 2 / batch + 1});
    check_close(network.weights(), {2, 1, 2.9, 3.8});
}

TEST_CASE("reference network: wrong sizes are named") {
    const std::string prefix = "ReferenceNetwork: ";
    using Tinies = ReferenceNetwork<Tiny, double>;
    CHECK(text_of<std::invalid_argument>([] { Tinies network(Values(5)); }) == prefix + "weights: expected 6, found 5");
    Tinies network(Values(6));
    CHECK(text_of<std::runtime_error>([&] { (void)network.backward(Values(2)); }) ==
          "backward: expected a forward run in training mode before it, found none");
    CHECK(text_of<std::invalid_argument>([&] { network.forward(Values(7), 2, true); }) ==
          prefix + "values of the images: expected 8, found 7");
    CHECK(text_of<std::invalid_argument>([&] { network.forward(Values(0), 0, true); }) ==
          prefix + "images: expected at least 1, found 0");
    network.forward(Values(8), 2, false);
    CHECK(text_of<std::runtime_error>([&] { (void)network.backward(Values(4)); }) ==
          "backward: expected a forward run in training mode before it, found none");
    network.forward(Values(8), 2, true);
    CHECK(text_of<std::invalid_argument>([&] { (void)network.backward(Values(2)); }) ==
          prefix + "values of the output's gradient: expected 4, found 2");
    struct Single : Network<Input<1, 1, 1>, BN> {};
    ReferenceNetwork<Single, double> single(Values(4));
    CHECK(text_of<std::invalid_argument>([&] { single.forward(Values(1), 1, true); }) ==
          prefix + "values per channel of a BN in training: expected at least 2, found 1");
}
