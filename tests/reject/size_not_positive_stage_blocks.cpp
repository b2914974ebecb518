// EXPECT: residua: a size must be at least 1
// EXPECT: SizeNotPositive<residua::At<residua::EntryNumber<2>, residua::BlockNumber<0>, residua::LayerNumber<0>
// EXPECT: residua::Got<residua::SizesOf<16, 0, 1>
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 8, 8>, BN, Stage<0, 16, Sequence<Conv3x3, BN>>> {};
#else
struct Net : Network<Input<3, 8, 8>, BN, Stage<1, 16, Sequence<Conv3x3, BN>>> {};
#endif

static_assert(parameter_count<Net> > 0);
