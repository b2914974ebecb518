// EXPECT: residua: a block reads ResidualBlock<convolutions..., BN, activation, Shortcut<option>>
// EXPECT: BlockMalformed<residua::At<residua::EntryNumber<1>, residua::BlockNumber<1>, residua::LayerNumber<0>,
// residua::Stage<2, 16, residua::ResidualBlock<
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 8, 8>, Stage<2, 16, ResidualBlock<Conv3x3, ReLU, BN, Shortcut<IdentityA>>>> {};
#else
struct Net : Network<Input<3, 8, 8>, Stage<2, 16, ResidualBlock<Conv3x3, BN, ReLU, Shortcut<IdentityA>>>> {};
#endif

static_assert(parameter_count<Net> > 0);
