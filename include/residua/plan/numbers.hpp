#pragma once

#include <residua/graph/graph.hpp>
#include <residua/meta/number.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Numbers of what a plan lists.
enum class MapNumber : int { none = -1 };
enum class BlendNumber : int { none = -1 };
/// A pass over memory of inference, or of training on the way forward.
enum class StepNumber : int { none = -1 };
/// A pass on the way back.
enum class PassNumber : int { none = -1 };

}  // namespace residua::detail::inline RESIDUA_ISA
