#pragma once

#include <residua/op/conv/reference.hpp>
#include <residua/op/linear/rule.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <>
struct SlowKernels<LinearOp> : SlowKernels<ConvOp> {};

}  // namespace residua::detail::inline RESIDUA_ISA
