#pragma once

#include <residua/config.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The fast kernels of an operation that makes a pass of its own over blocked maps of one image:
/// - `pieces(dst)`: into how many pieces threads may cut the result;
/// - `forward(node, src, dst, first, last)`: the pieces [first, last) of it; the frame of dst is clear;
/// - `backward(node, src, grad, grad_src)`: writes the gradient of the source. `src` is there only if the operation's
///   row says that it is read.
template <class Descriptor>
struct FastKernels;

}  // namespace residua::detail::inline RESIDUA_ISA
