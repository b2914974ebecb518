// EXPECT: residua: a pool without a Stride<> tiles the map
// EXPECT: SizeNotDivisible<residua::At<residua::EntryNumber<2>, residua::BlockNumber<0>, residua::LayerNumber<0>
// EXPECT: residua::MaxPool<2>
// EXPECT: residua::Got<residua::MapOf<0, 7, 8>
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 7, 8>, ReLU, MaxPool<2>> {};
#else
struct Net : Network<Input<3, 7, 8>, ReLU, MaxPool<2, Stride<2>>> {};
#endif

static_assert(output_shape<Net>.h > 0);
