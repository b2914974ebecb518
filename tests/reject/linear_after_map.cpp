// EXPECT: residua: a Linear layer reads a 1x1 map: put GlobalAvgPool before it, or let it read the whole map:
// Linear<units, Flatten> EXPECT: LinearAfterMap<residua::At<residua::EntryNumber<2>, residua::BlockNumber<0>,
// residua::LayerNumber<0> EXPECT: residua::Got<residua::MapOf<16, 8, 8>
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 8, 8>, Conv<16, 3>, Linear<10>> {};
#else
struct Net : Network<Input<3, 8, 8>, Conv<16, 3>, GlobalAvgPool, Linear<10>> {};
#endif

static_assert(parameter_count<Net> > 0);
