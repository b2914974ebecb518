// EXPECT: residua: the kernel is larger than the padded map it slides over
// EXPECT: KernelLargerThanInput<residua::At<residua::EntryNumber<2>, residua::BlockNumber<0>, residua::LayerNumber<0>
// EXPECT: /residua::Conv<16, 5, residua::Padding<0> ?>/
// EXPECT: residua::Wanted<residua::MapOf<0, 5, 5>
// EXPECT: residua::Got<residua::MapOf<0, 4, 4>
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 8, 8>, MaxPool<2>, Conv<16, 5, Padding<0>>> {};
#else
struct Net : Network<Input<3, 8, 8>, MaxPool<2>, Conv<16, 5, Padding<2>>> {};
#endif

static_assert(output_shape<Net>.h > 0);
