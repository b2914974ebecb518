// EXPECT: residua: two branches end in maps of different size
// EXPECT: MapSizesDiffer<residua::At<residua::EntryNumber<1>, residua::BlockNumber<0>, residua::LayerNumber<0>
// EXPECT: residua::MainEndsIn<residua::MapOf<16, 4, 4>
// EXPECT: residua::ShortcutEndsIn<residua::MapOf<16, 8, 8>
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 8, 8>, Residual<Conv<16, 3, Stride<2>>, Conv<16, 1>>> {};
#else
struct Net : Network<Input<3, 8, 8>, Residual<Conv<16, 3, Stride<2>>, Conv<16, 1, Stride<2>>>> {};
#endif

static_assert(parameter_count<Net> > 0);
