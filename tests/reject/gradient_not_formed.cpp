// EXPECT: residua: this workspace does not form the gradient of this value
// EXPECT: residua::GradientNotFormed<residua::Wanted<residua::Named<
// EXPECT: residua::WithRespectTo<
// EXPECT: output
// LINES: 40
#include <residua/residua.hpp>

using namespace residua;

struct Net : Network<Input<3, 8, 8>, Conv<16, 3>, GlobalAvgPool, Linear<2>> {};

#ifdef RESIDUA_REJECT
auto gradient(const Workspace<Net, Training, WithRespectTo<"input">>& workspace) {
    return workspace.value_gradient<"output">();
}
#else
auto gradient(const Workspace<Net, Training, WithRespectTo<"input">>& workspace) {
    return workspace.value_gradient<"input">();
}
#endif
