// EXPECT: residua: a network begins with its input's shape
// EXPECT: InputMissing<residua::Wanted<residua::Input<3, 32, 32>
// EXPECT: residua::Got<residua::Conv<16, 3>
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Conv<16, 3>, BN, ReLU> {};
#else
struct Net : Network<Input<3, 32, 32>, Conv<16, 3>, BN, ReLU> {};
#endif

static_assert(parameter_count<Net> > 0);
