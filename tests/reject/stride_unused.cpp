// EXPECT: residua: no convolution of the block takes the stage's stride
// EXPECT: StrideUnused<residua::At<residua::EntryNumber<2>, residua::BlockNumber<1>, residua::LayerNumber<0>
// EXPECT: residua::Got<residua::Stride<2>
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 8, 8>, Stage<1, 16, Conv3x3>, Stage<2, 32, Sequence<Conv<32, 3>, BN>>> {};
#else
struct Net : Network<Input<3, 8, 8>, Stage<1, 16, Conv3x3>, Stage<2, 32, Sequence<Conv3x3, BN>>> {};
#endif

static_assert(parameter_count<Net> > 0);
