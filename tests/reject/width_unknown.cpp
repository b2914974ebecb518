// EXPECT: residua: this layer takes its width from a stage
// EXPECT: WidthUnknown<residua::At<residua::EntryNumber<1>, residua::BlockNumber<0>, residua::LayerNumber<0>,
// residua::Conv3x3
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 32, 32>, Conv3x3, BN, ReLU> {};
#else
struct Net : Network<Input<3, 32, 32>, Conv<16, 3>, BN, ReLU> {};
#endif

static_assert(parameter_count<Net> > 0);
