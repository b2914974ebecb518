// A weight tensor of the wrong shape.
// EXPECT: residua: the array does not have the parameter's shape
// EXPECT: WeightShapeDiffers
// EXPECT: /SizesOf<16, 3, 3, 3>/
// EXPECT: /SizesOf<16, 3, 5, 5>/
#include <residua/residua.hpp>

using namespace residua;

void set(Weights<ResNet20>& weights) {
#ifdef RESIDUA_REJECT
    weights.assign<"conv1.weight">(Tensor<float, 16, 3, 5, 5>{});
#else
    weights.assign<"conv1.weight">(Tensor<float, 16, 3, 3, 3>{});
#endif
}
