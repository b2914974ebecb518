// EXPECT: residua: the network has no value of this name
// EXPECT: residua::ValueUnknown<residua::Got<residua::Named<
// EXPECT: residua::ResNet20
// EXPECT: layer1.0.conv3
// LINES: 60
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
static_assert(workspace_bytes<ResNet20, Training, Batch<1>, Threads<1>, WithRespectTo<"layer1.0.conv3">> > 0);
#else
static_assert(workspace_bytes<ResNet20, Training, Batch<1>, Threads<1>, WithRespectTo<"layer1.0.conv2">> > 0);
#endif
