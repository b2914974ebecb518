#pragma once

#include <residua/op/conv/reference.hpp>
#include <residua/op/grouped_conv/rule.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <>
struct SlowKernels<GroupedConvOp> : SlowKernels<ConvOp> {};

}  // namespace residua::detail::inline RESIDUA_ISA
