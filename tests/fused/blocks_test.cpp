#include <support/fused.hpp>

using namespace residua;
using namespace residua::variables;

namespace {

template <class Option>
using Basic = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<Option>>;
template <class Option>
using Bottleneck = ResidualBlock<Conv1x1, Conv3x3, Widen<4, Conv1x1>, BN, ReLU, Shortcut<Option>>;

template <class Block>
struct Staged
    : Network<Input<3, 9, 8>, Conv<5, 3>, BN, ReLU, Stage<2, 5, Block>, Stage<2, 17, Block>, GlobalAvgPool, Linear<5>> {
};

struct SiLU : Activation<x * sigmoid(x)> {};
struct Saturating : Activation<tanh(x)> {};

}  // namespace

TEST_CASE("fused: basic blocks with every shortcut") {
    check_fused<Staged<Basic<IdentityA>>>();
    check_fused<Staged<Basic<ProjectionB>>>();
    check_fused<Staged<Basic<ProjectionC>>>();
    check_fused<Staged<Basic<None>>>();
}

TEST_CASE("fused: bottlenecks with every shortcut") {
    check_fused<Staged<Bottleneck<IdentityA>>>({2, 7});
    check_fused<Staged<Bottleneck<ProjectionB>>>({1, 17});
    check_fused<Staged<ResidualBlock<Conv1x1, Strided<Conv3x3>, Widen<2, Conv1x1>, BN, SiLU, Shortcut<ProjectionC>>>>(
        {1, 17});
    check_fused<Staged<ResidualBlock<Conv3x3, BN, Saturating, Shortcut<None>>>>({5});
}
