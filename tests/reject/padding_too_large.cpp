// EXPECT: residua: a pool's padding is at most half of its kernel
// EXPECT: PaddingTooLarge<residua::At<residua::EntryNumber<2>, residua::BlockNumber<0>, residua::LayerNumber<0>
// EXPECT: /residua::MaxPool<3, residua::Stride<2>, residua::Padding<2> ?>/
// EXPECT: residua::Wanted<residua::Padding<1>
// EXPECT: residua::Got<residua::Padding<2>
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 7, 8>, ReLU, MaxPool<3, Stride<2>, Padding<2>>> {};
#else
struct Net : Network<Input<3, 7, 8>, ReLU, MaxPool<3, Stride<2>, Padding<1>>> {};
#endif

static_assert(output_shape<Net>.h > 0);
