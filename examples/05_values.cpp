// The same networks can be written as values; the types are the same.

#include <iostream>
#include <type_traits>

#include <residua/model.hpp>

using namespace residua;
using namespace residua::values;

constexpr auto block = residual_block(conv3x3 >> bn >> relu >> shortcut<IdentityA>);

// Version 14 of clang-format reads "> >>" as closing brackets.
// clang-format off
constexpr auto net = input<3, 32, 32> >> conv<16, 3> >> bn >> relu >>
                     stage<3, 16>(block) >> stage<3, 32>(block) >> stage<3, 64>(block) >>
                     global_avg_pool >> linear<10>;
// clang-format on

struct Net : std::remove_const_t<decltype(net)> {};

static_assert(parameter_count<Net> == parameter_count<ResNet20>);
static_assert(multiply_adds<Net> == multiply_adds<ResNet20>);

int main() { std::cout << describe<Net>(Repeats::folded); }
