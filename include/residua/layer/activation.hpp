#pragma once

#include <residua/expr/expression.hpp>
#include <residua/expr/math.hpp>

namespace residua {

/// An element-wise function as a layer, given by its expression in `variables::x`; its derivative is derived from that.
/// A new one is one line: `struct SiLU : Activation<x * sigmoid(x)> {};`
template <auto function>
struct Activation {
    static constexpr auto expression = function;
};

/// max(x, 0).
struct ReLU : Activation<relu(variables::x)> {};

}  // namespace residua
