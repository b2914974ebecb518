// EXPECT: residua: two layers would have the same name: Named<> is for one layer
// EXPECT: NameTaken<residua::At<residua::EntryNumber<1>, residua::BlockNumber<0>, residua::LayerNumber<2>
// EXPECT: residua::TakenAt<residua::At<residua::EntryNumber<1>, residua::BlockNumber<0>, residua::LayerNumber<1>
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 8, 8>, Named<"stem", Sequence<Conv<8, 3>, BN>>> {};
#else
struct Net : Network<Input<3, 8, 8>, Named<"stem", Conv<8, 3>>, BN> {};
#endif

static_assert(parameter_count<Net> > 0);
