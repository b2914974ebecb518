// EXPECT: residua: an identity shortcut can add zero channels but not drop any
// EXPECT: ShortcutLosesChannels<residua::At<residua::EntryNumber<2>, residua::BlockNumber<1>, residua::LayerNumber<0>
// EXPECT: residua::MainEndsIn<residua::MapOf<16, 8, 8>
// EXPECT: residua::ShortcutEndsIn<residua::MapOf<32, 8, 8>
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 8, 8>, Conv<32, 3>, Stage<2, 16, ResidualBlock<Conv3x3, BN, ReLU, Shortcut<IdentityA>>>> {
};
#else
struct Net
    : Network<Input<3, 8, 8>, Conv<32, 3>, Stage<2, 16, ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ProjectionB>>>> {};
#endif

static_assert(parameter_count<Net> > 0);
