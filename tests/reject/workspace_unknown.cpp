// EXPECT: residua: a workspace is a Workspace<Net, Inference>, a Workspace<Net, Training>
#include <residua/residua.hpp>

using namespace residua;

struct Net : Network<Input<3, 8, 8>, Conv<16, 3>, GlobalAvgPool, Linear<2>> {};

#ifdef RESIDUA_REJECT
Workspace<Net, Inference, WithRespectTo<"input">> workspace(1);
#else
Workspace<Net, Training, WithRespectTo<"input">> workspace(1);
#endif
