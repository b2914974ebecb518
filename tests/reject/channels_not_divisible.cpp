// EXPECT: residua: this layer divides channels into equal parts, and their number, in Got, is no multiple of that in
// EXPECT: ChannelsNotDivisible<residua::At<residua::EntryNumber<3>, residua::BlockNumber<0>, residua::LayerNumber<0>
// EXPECT: residua::Wanted<residua::MultipleOf<16>
// EXPECT: residua::Got<residua::ChannelsOf<24>
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 8, 8>, ReLU, Conv<16, 3>, Conv<24, 3, Groups<16>>> {};
#else
struct Net : Network<Input<3, 8, 8>, ReLU, Conv<16, 3>, Conv<24, 3, Groups<8>>> {};
#endif

static_assert(output_shape<Net>.h > 0);
