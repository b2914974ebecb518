// EXPECT: residua: a size must be at least 1
// EXPECT: SizeNotPositive<residua::At<residua::EntryNumber<2>, residua::BlockNumber<0>, residua::LayerNumber<0>
// EXPECT: residua::Got<residua::SizesOf<3, 0, 1>
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 8, 8>, BN, Conv<16, 3, Stride<0>>> {};
#else
struct Net : Network<Input<3, 8, 8>, BN, Conv<16, 3, Stride<1>>> {};
#endif

static_assert(parameter_count<Net> > 0);
