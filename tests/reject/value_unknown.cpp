// EXPECT: residua: the network has no value of this name
// EXPECT: residua::ValueUnknown<residua::Got<residua::Named<
// EXPECT: residua::ResNet20
// EXPECT: layer1.0.conv3
// LINES: 18
#include <residua/model.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
using Values = WithRespectTo<"layer1.0.conv3">;
#else
using Values = WithRespectTo<"layer1.0.conv2">;
#endif

static_assert(workspace_bytes<ResNet20, Training, Batch<1>, Threads<1>, Values> > 0);
