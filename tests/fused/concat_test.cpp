#include <support/fused.hpp>

using namespace residua;
using namespace residua::variables;

namespace {

struct SiLU : Activation<x * sigmoid(x)> {};

/// A layer of a DenseNet (Huang et al., 2017).
template <int growth>
using Dense = Concat<Identity, Sequence<BN, ReLU, Conv<2 * growth, 1>, BN, ReLU, Conv<growth, 3>>>;

/// All in place, maps inside of maps inside of maps.
struct DenseBlocks : Network<Input<3, 8, 9>, Conv<32, 3>, Dense<16>, Dense<16>, Dense<16>, BN, ReLU, Conv<32, 1>,
                             AvgPool<2, Stride<2>>, Dense<16>, Dense<16>, BN, ReLU, GlobalAvgPool, Linear<5>> {};
/// None but the first source of each.
struct Unaligned : Network<Input<3, 7, 5>, Conv<16, 3>, BN, ReLU, Dense<5>, Dense<7>, BN, ReLU, Conv<9, 1>> {};

/// Branches that end in values, which are stored where they belong, in a sum, in a pool, in nothing but a convolution.
struct Inception : Network<Input<4, 9, 8>, Conv<16, 3>, BN, ReLU,
                           Concat<Sequence<Conv<16, 1>, BN, ReLU>, Sequence<Conv<16, 1>, ReLU, Conv<32, 3>, BN, SiLU>,
                                  MaxPool<3, Stride<1>>, Conv<8, 3, Bias>, Sequence<Residual<Conv<16, 3>>, ReLU>>,
                           Conv<24, 3, Stride<2>>, BN, ReLU, Concat<Conv<5, 3>, Sequence<BN, SiLU>, Conv<3, 1>>,
                           GlobalAvgPool, Linear<4>> {};

/// The same source twice, the input, a concatenation that is the output, one within another, within a sum.
struct Odd : Network<Input<16, 5, 6>, Concat<Identity, Identity>, Concat<Conv<16, 1>, Identity>, ReLU,
                     Residual<Concat<Conv<16, 3>, Concat<Conv<16, 1>, Sequence<Conv<16, 1>, BN>>>>, BN,
                     Concat<ReLU, Sequence<Conv<4, 1>, ReLU>>> {};
/// The second time it is copied, and its gradient added to the part that the first has.
struct Twice : Network<Input<3, 5, 6>, Conv<16, 3>, BN, ReLU, Concat<Identity, Identity, Conv<16, 1>>, BN, ReLU,
                       Concat<Conv<16, 1>, Identity, Identity>> {};
struct InputOnly : Network<Input<3, 4, 4>, Concat<Identity, AvgPool<3, Stride<1>>>> {};

/// A source that is read again behind the concatenation: by a sum, by a convolution, whose part of the gradient comes
/// first on the way back.
struct ReadAgain : Network<Input<3, 6, 6>, Conv<16, 3>, BN, ReLU,
                           Residual<Sequence<Concat<Identity, Conv<16, 3>>, BN, ReLU, Conv<16, 3>>, Identity>, ReLU,
                           Residual<Conv<16, 5>, Sequence<Concat<Identity, Conv<16, 3>>, Conv<16, 1>>>> {};

struct Linears
    : Network<Input<3, 4, 4>, Conv<16, 3>, BN, ReLU, GlobalAvgPool, Concat<Linear<16>, Linear<3>>, ReLU, Linear<4>> {};

}  // namespace

TEST_CASE("fused: dense blocks, in place") { check_fused<DenseBlocks>({2, 7, 33}); }
TEST_CASE("fused: concatenations of odd widths are copied") { check_fused<Unaligned>({2, 7}); }
TEST_CASE("fused: branches of all kinds in a concatenation") { check_fused<Inception>({2, 5, 17}); }
TEST_CASE("fused: concatenations of themselves, at the ends, in one another") {
    check_fused<Odd>({2, 7});
    check_fused<InputOnly>({1, 3});
    check_fused<Twice>({2, 5});
}
TEST_CASE("fused: a source that is read behind its concatenation") { check_fused<ReadAgain>({2, 7}); }
TEST_CASE("fused: a concatenation of linear layers") { check_fused<Linears>({2, 9}); }
