#include <support/fused.hpp>

using namespace residua;
using namespace residua::variables;

namespace {

struct SiLU : Activation<x * sigmoid(x)> {};
struct Saturating : Activation<tanh(x)> {};

struct Pools
    : Network<Input<2, 11, 10>, Conv<4, 5, Stride<2>, Bias>, SiLU, MaxPool<3, Stride<2>>, Conv<20, 3>, BN, Saturating,
              AvgPool<3, Stride<1>>, AvgPool<1>, MaxPool<2, Stride<1>, Padding<1>>, Conv<3, 2, Padding<0>>> {};

struct NoBn
    : Network<Input<3, 8, 8>, Conv<24, 3, Bias>, ReLU, Conv<17, 3, Stride<2>, Bias>, ReLU, GlobalAvgPool, Linear<4>> {};

struct Strides : Network<Input<20, 13, 7>, Conv<24, 1, Stride<3>>, BN, Conv<5, 7>, BN, ReLU,
                         Conv<17, 3, Stride<3>, Padding<2>>, BN, ReLU, Conv<5, 2, Stride<2>>> {};

struct Actives
    : Network<Input<16, 5, 5>, Conv<16, 3>, ReLU, SiLU, BN, Saturating, ReLU, Conv<8, 1>, Saturating, BN, SiLU> {};

struct OneChannel : Network<Input<1, 28, 28>, Conv<6, 5, Padding<0>>, ReLU, MaxPool<2>, Conv<16, 5, Padding<0>>, ReLU,
                            MaxPool<2>, Conv<120, 4, Padding<0>>, ReLU, Linear<10>> {};

/// Behind every kind of layer, before others, in a branch, in stages; blocks that are not full on either side.
struct Maxouts : Network<Input<3, 9, 8>, Conv<34, 3>, BN, Maxout<2>, Maxout<17>, Conv<40, 3, Bias>, Maxout<2>, BN, ReLU,
                         Residual<Sequence<Conv<60, 1>, Maxout<3>>>, MaxPool<3, Stride<2>>, Maxout<4>,
                         Stage<2, 6, Sequence<Conv<36, 3>, BN, Maxout<6>, SiLU>>, GlobalAvgPool, Maxout<2>, Linear<20>,
                         Maxout<5>> {};

/// Behind the input, which it alone reads, and last.
struct MaxoutOnly : Network<Input<6, 5, 4>, Maxout<3>> {};
struct MaxoutFirst : Network<Input<36, 5, 4>, Residual<Maxout<2>, Conv<18, 1>>, Conv<5, 3>> {};

template <int size>
struct Tiny : Network<Input<3, size, size>, Conv<16, 3>, BN, ReLU,
                      Stage<2, 16, ResidualBlock<Conv3x3, BN, ReLU, Shortcut<IdentityA>>>,
                      Stage<1, 32, ResidualBlock<Conv3x3, BN, ReLU, Shortcut<IdentityA>>>, GlobalAvgPool, Linear<3>> {};

}  // namespace

TEST_CASE("fused: pools, paddings, biases, other activations") { check_fused<Pools>({1, 7, 17}); }

TEST_CASE("fused: without batch normalisation") {
    check_fused<NoBn>({1, 2, 17});
    check_fused<OneChannel>({1, 3});
}

TEST_CASE("fused: strides and kernels of all kinds") { check_fused<Strides>({2, 7}); }

TEST_CASE("fused: activations in a row") { check_fused<Actives>({2, 7}); }

TEST_CASE("fused: largest of neighbouring channels") {
    check_fused<Maxouts>({2, 7});
    check_fused<MaxoutOnly>({3});
    check_fused<MaxoutFirst>({3});
}

TEST_CASE("fused: maps of one pixel and of few") {
    check_fused<Tiny<1>>({7, 33});  // BN of two values a channel has no gradient but rounding errors
    check_fused<Tiny<3>>({2, 7, 33});
}
