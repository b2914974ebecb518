// EXPECT: residua: the network has no parameter of this name
// EXPECT: residua::ParameterUnknown<residua::Got<residua::Named<
// EXPECT: residua::ResNet20
// EXPECT: layer1.0.conv3.weight
// LINES: 18
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
constexpr Parameter weight = parameter_named<ResNet20, "layer1.0.conv3.weight">;
#else
constexpr Parameter weight = parameter_named<ResNet20, "layer1.0.conv2.weight">;
#endif

static_assert(weight.count() > 0);
