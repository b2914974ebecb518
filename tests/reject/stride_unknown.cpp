// EXPECT: residua: a stage within a stage or a branch has no stride of its own accord
// EXPECT: StrideUnknown<residua::At<residua::EntryNumber<1>, residua::BlockNumber<1>, residua::LayerNumber<2>
#include <residua/model.hpp>

using namespace residua;

using Basic = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ProjectionB>>;

#ifdef RESIDUA_REJECT
struct Net : Network<Input<3, 8, 8>, Stage<2, 16, Sequence<Conv3x3, Stage<1, 8, Basic>>>> {};
#else
struct Net : Network<Input<3, 8, 8>, Stage<2, 16, Sequence<Conv3x3, Stage<1, 8, Basic, Stride<1>>>>> {};
#endif

static_assert(parameter_count<Net> > 0);
