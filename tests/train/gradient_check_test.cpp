#include <support/catch.hpp>

#include <residua/layer/linear.hpp>
#include <residua/layer/pool.hpp>
#include <residua/train/gradient_check.hpp>

using namespace residua;
using namespace residua::detail;
using namespace residua::variables;

namespace {

template <class Option>
using Basic = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<Option>>;
template <class Option>
using Bottleneck = ResidualBlock<Conv1x1, Conv3x3, Widen<2, Conv1x1>, BN, ReLU, Shortcut<Option>>;

template <class Block>
struct Staged
    : Network<Input<3, 7, 6>, Conv<4, 3>, BN, ReLU, Stage<2, 4, Block>, Stage<2, 6, Block>, GlobalAvgPool, Linear<5>> {
};

struct SiLU : Activation<x * sigmoid(x)> {};
struct Softplus : Activation<log(1 + exp(x))> {};

struct Pools
    : Network<Input<2, 9, 8>, Conv<4, 5, Stride<2>, Bias>, SiLU, MaxPool<3, Stride<2>>, Conv<6, 3>, BN, Softplus,
              AvgPool<3, Stride<1>>, AvgPool<1>, MaxPool<2, Stride<1>, Padding<1>>, Conv<3, 2, Padding<0>>> {};

struct Maxouts : Network<Input<4, 6, 5>, Maxout<2>, Conv<12, 3, Bias>, Maxout<3>, Conv<8, 3>, BN, Maxout<2>,
                         GlobalAvgPool, Linear<6>, Maxout<2>> {};

struct Plain : Network<Input<2, 5, 5>, Conv<3, 1>, Conv<4, 7>, BN, ReLU, Conv<4, 3, Stride<3>, Padding<2>>, BN> {};

template <int width>
using PreActivation = Residual<Sequence<BN, ReLU, Conv<width, 3>, BN, ReLU, Conv<width, 3>>>;
struct PreActivated
    : Network<Input<3, 6, 5>, Conv<5, 3>, PreActivation<5>, PreActivation<5>, BN, ReLU, GlobalAvgPool, Linear<4>> {};

struct Branches
    : Network<
          Input<3, 8, 8>,
          Residual<Sequence<Conv<6, 3, Stride<2>>, BN, ReLU, Conv<6, 3>, BN>, Sequence<AvgPool<2>, Conv<6, 1, Bias>>>,
          ReLU, Residual<Residual<Conv<6, 3>, SiLU>, Identity>, Residual<Identity>, MaxPool<2>> {};

struct Small : Network<Input<2, 4, 4>, Conv<3, 3, Bias>, ReLU, Conv<3, 3>, BN, SiLU, GlobalAvgPool, Linear<3>> {};

template <class Net>
void check(GradientCheckOptions options = {.images = 3, .parameters = 60, .pixels = 20, .directions = 4}) {
    const GradientCheckResult worst = gradient_check<Net>(options);
    INFO(worst.where << ": backward says " << worst.from_backward << ", differences " << worst.from_differences);
    CHECK(worst.error < 1e-6);
    CHECK_FALSE(worst.where.empty());
}

}  // namespace

TEST_CASE("gradient check: concatenations") {
    check<Network<Input<3, 6, 5>, Conv<6, 3>, Concat<Identity, Sequence<BN, SiLU, Conv<4, 3>>, AvgPool<3, Stride<1>>>,
                  BN, SiLU, Concat<Conv<3, 1>, Conv<16, 3>>, GlobalAvgPool, Linear<3>>>();
}

TEST_CASE("gradient check: grouped and depthwise convolutions") {
    check<Network<Input<4, 6, 5>, Conv<6, 3, Groups<2>, Bias>, BN, SiLU, Conv<12, 3, Groups<6>, Stride<2>>, BN, SiLU,
                  Conv<12, 3, Groups<12>>, GlobalAvgPool, Linear<3>>>();
}

TEST_CASE("gradient check: basic blocks") {
    check<Staged<Basic<IdentityA>>>();
    check<Staged<Basic<ProjectionB>>>();
    check<Staged<Basic<ProjectionC>>>();
    check<Staged<Basic<None>>>();
}

TEST_CASE("gradient check: bottlenecks") {
    check<Staged<Bottleneck<IdentityA>>>();
    check<Staged<Bottleneck<ProjectionB>>>();
    check<Staged<ResidualBlock<Conv1x1, Strided<Conv3x3>, Widen<2, Conv1x1>, BN, SiLU, Shortcut<ProjectionC>>>>();
}

TEST_CASE("gradient check: plain layers, pools, maxout, other activations, own branches, pre-activation") {
    check<Plain>();
    check<Pools>();
    check<Maxouts>();
    check<Branches>();
    check<PreActivated>();
}

TEST_CASE("gradient check: every parameter, several seeds and batches") {
    for (int i = 1; i <= 4; ++i)
        check<Small>(
            {.images = i, .parameters = 1000, .pixels = 1000, .directions = 2, .seed = static_cast<std::uint64_t>(i)});
}

namespace {

/// A backward that is wrong in one point.
template <class Net, class Mistake>
struct Broken : ReferenceNetwork<Net, double> {
    using ReferenceNetwork<Net, double>::ReferenceNetwork;

    auto backward(std::span<const double> grad_output) {
        auto gradients = ReferenceNetwork<Net, double>::backward(grad_output);
        Mistake::make(gradients);
        return gradients;
    }
};

template <class Mistake>
GradientCheckResult check_broken() {
    return gradient_check<Small, Broken<Small, Mistake>>({.images = 3, .parameters = 1000, .pixels = 1000});
}

struct NoMistake {
    static void make(auto&) {}
};
struct OneParameter {
    static void make(auto& gradients) { gradients.parameters[7] *= 1.0001; }
};
struct AllParameters {
    static void make(auto& gradients) {
        for (double& gradient : gradients.parameters) gradient *= 1.0001;
    }
};
struct NoImages {
    static void make(auto& gradients) { std::fill(gradients.images.begin(), gradients.images.end(), 0.0); }
};
struct NotFinite {
    static void make(auto& gradients) { gradients.parameters[0] = std::numeric_limits<double>::quiet_NaN(); }
};

}  // namespace

TEST_CASE("gradient check: a broken backward is caught and its place named") {
    CHECK(check_broken<NoMistake>().error < 1e-6);
    const GradientCheckResult one = check_broken<OneParameter>();
    CHECK(one.error > 5e-5);
    CHECK(one.where == "conv1.weight[7]");
    CHECK(one.from_backward == Approx(1.0001 * one.from_differences).epsilon(1e-6));
    CHECK(check_broken<AllParameters>().error > 5e-5);
    const GradientCheckResult images = check_broken<NoImages>();
    CHECK(images.error > 0.9);
    CHECK(images.where.substr(0, 7) == "images[");
    CHECK(check_broken<NotFinite>().error == std::numeric_limits<double>::max());
}

namespace mistaken {

/// An operation whose author got its slope wrong.
struct Cube {
    template <class V>
    static constexpr V apply(const V& a) {
        return a * a * a;
    }
    template <class A>
    static constexpr Unary<Cube, A> build(A a) {
        return {a};
    }
};
template <class A>
constexpr auto slope(Cube, A a) {
    return 2.0f * square(a);
}

struct Cubed : Activation<Cube::build(Variable<0>{})> {};
struct Net : Network<Input<2, 4, 4>, Conv<3, 3>, BN, Cubed, Conv<2, 3>> {};

}  // namespace mistaken

TEST_CASE("gradient check: a wrong derivative of an activation is caught") {
    CHECK(gradient_check<mistaken::Net>({.parameters = 20, .pixels = 5, .directions = 2}).error > 0.1);
}
