// A network is a type; whether it fits and what it costs is known when it compiles.

#include <iostream>

#include <residua/model.hpp>

using namespace residua;

using Basic = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ProjectionB>>;

struct Residual18 : Network<Input<3, 224, 224>,                                                                     //
                            Conv<64, 7, Stride<2>>, BN, ReLU, MaxPool<3, Stride<2>>,                                //
                            Stage<2, 64, Basic>, Stage<2, 128, Basic>, Stage<2, 256, Basic>, Stage<2, 512, Basic>,  //
                            GlobalAvgPool, Linear<1000>> {};

static_assert(output_shape<Residual18> == Chw{1000, 1, 1});
static_assert(parameter_count<Residual18> == 11'689'512);
static_assert(multiply_adds<Residual18> == 1'814'073'344);  // Table 1 of the paper: 1.8 x 10^9

int main() { std::cout << describe<Residual18>(Repeats::folded); }
