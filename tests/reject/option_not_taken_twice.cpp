// EXPECT: residua: this layer does not take this option, or not twice
// EXPECT: OptionNotTaken<residua::At<residua::EntryNumber<2>, residua::BlockNumber<0>, residua::LayerNumber<0>,
// residua::MaxPool<3
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 8, 8>, ReLU, MaxPool<3, Stride<2>, Stride<2>>> {};
#else
struct Net : Network<Input<3, 8, 8>, ReLU, MaxPool<3, Stride<2>, Padding<1>>> {};
#endif

static_assert(output_shape<Net>.h > 0);
