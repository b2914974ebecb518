// A model of another network.
// EXPECT: residua: models share weights only if their networks differ in nothing but the rows and columns of the input
// EXPECT: residua::WeightsNotShared<
// EXPECT: residua::ResNet34
// EXPECT: residua::ResNet18
#include <residua/residua.hpp>

using namespace residua;

#ifdef RESIDUA_REJECT
using Other = ResNet34;
#else
using Other = WithInput<ResNet18, Input<3, 256, 256> >;
#endif

void share(const Model<ResNet18>& model) { const Model<Other> other(model); }
