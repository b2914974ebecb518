// EXPECT: residua: this type is no layer of residua
// EXPECT: LayerUnknown<residua::At<residua::EntryNumber<2>, residua::BlockNumber<0>, residua::LayerNumber<0>, Dropout
#include <residua/model.hpp>

using namespace residua;

struct Dropout {};

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 32, 32>, Conv<16, 3>, Dropout> {};
#else
struct Net : Network<Input<3, 32, 32>, Conv<16, 3>, Identity> {};
#endif

static_assert(parameter_count<Net> > 0);
