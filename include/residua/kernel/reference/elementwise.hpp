#pragma once

/// \file
/// Element-wise functions, given by their expression in `x`, and sums.
/// Shapes:   count values each.
/// Reads:    src (left, right), backward also grad_dst.
/// Writes:   dst or grad_src. `accumulate` adds to dst.
/// Requires: nothing; outputs may be the inputs.

#include <residua/expr/derivative.hpp>

namespace residua::detail::reference::inline RESIDUA_ISA {

template <auto expression, class T>
void activation_forward(long count, const T* src, T* dst) {
    for (long i = 0; i < count; ++i) dst[i] = evaluate(expression, src[i]);
}

template <auto expression, class T>
void activation_backward(long count, const T* src, const T* grad_dst, T* grad_src) {
    constexpr auto slope = derivative<0>(expression);
    for (long i = 0; i < count; ++i) grad_src[i] = grad_dst[i] * evaluate(slope, src[i]);
}

template <class T>
void add(long count, const T* left, const T* right, T* dst) {
    for (long i = 0; i < count; ++i) dst[i] = left[i] + right[i];
}

template <class T>
void accumulate(long count, const T* src, T* dst) {
    for (long i = 0; i < count; ++i) dst[i] += src[i];
}

}  // namespace residua::detail::reference::inline RESIDUA_ISA
