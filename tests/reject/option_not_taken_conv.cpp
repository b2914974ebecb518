// EXPECT: residua: this layer does not take this option, or not twice: docs/type_language.md has a table of what each
// EXPECT: OptionNotTaken<residua::At<residua::EntryNumber<2>, residua::BlockNumber<0>, residua::LayerNumber<0>,
// EXPECT: residua::Conv<16
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 8, 8>, ReLU, Conv<16, 3, Shortcut<IdentityA>>> {};
#else
struct Net : Network<Input<3, 8, 8>, ReLU, Conv<16, 3, Stride<2>>> {};
#endif

static_assert(output_shape<Net>.h > 0);
