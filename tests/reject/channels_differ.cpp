// EXPECT: residua: the two branches of a sum end in different numbers of channels
// EXPECT: ChannelsDiffer<residua::At<residua::EntryNumber<2>, residua::BlockNumber<0>, residua::LayerNumber<0>
// EXPECT: residua::MainEndsIn<residua::MapOf<32, 8, 8>
// EXPECT: residua::ShortcutEndsIn<residua::MapOf<16, 8, 8>
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 8, 8>, Conv<16, 3>, Residual<Conv<32, 3>>> {};
#else
struct Net : Network<Input<3, 8, 8>, Conv<16, 3>, Residual<Conv<16, 3>>> {};
#endif

static_assert(parameter_count<Net> > 0);
