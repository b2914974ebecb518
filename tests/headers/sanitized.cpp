// Plans are constants also where g++ guards each of a function's pointers: without -fno-sanitize=null, which the
// sanitizers' presets have. Building is the test.

#include <residua/model.hpp>

using namespace residua;

struct Net : Network<Input<3, 16, 16>, Conv<32, 3>, BN, ReLU, Conv<32, 3, Groups<8>>, BN, Maxout<2>,
                     Concat<Identity, Conv<16, 3>>, Residual<Sequence<Conv<32, 3>, BN>>, MaxPool<2>,
                     Stage<2, 32, ResidualBlock<Conv3x3, Conv3x3, BN, ReLU, Shortcut<ProjectionB>>, Stride<2>>,
                     GlobalAvgPool, Linear<10>> {};

static_assert(parameter_count<Net> > 0 && multiply_adds<Net> > 0);
static_assert(workspace_bytes<Net, Inference> > 0 && workspace_bytes<Net, Training> > 0);
static_assert(parameter_named<Net, "layer1.1.conv2.weight">.count() == 9 * 32 * 32);
