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

TEST_CASE("fused: maps of one pixel and of few") {
    check_fused<Tiny<1>>({7, 33});  // BN of two values a channel has no gradient but rounding errors
    check_fused<Tiny<3>>({2, 7, 33});
}
