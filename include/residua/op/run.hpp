#pragma once

#include <residua/config.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The fast kernels of an operation that makes a pass of its own over blocked maps of one image. Each map has a frame,
/// and so steps from row to row and block to block, of its own. In the last block the lanes without a channel are zero
/// in all that is read, and have to be in all that is written, gradients too:
/// - `pieces(dst)`: into how many pieces threads may cut the result;
/// - `forward(node, src, dst, first, last)`: the pieces [first, last) of it; the frame of dst is clear;
/// - `backward(node, src, grad, grad_src)`: writes all of the gradient of the source, zeros where nothing comes from.
///   `src` is there only if the operation's row says that it is read (`reads_source`).
///
/// Those of an operation with weights are there for each choice of its own (WeightedPass). Weights and their gradients
/// are in PyTorch's order, `src_shape` is one image's, `packed`, `sums` and `scratch` are as large as the row says:
/// - `pieces(dst)`;
/// - `pack_forward(node, src_shape, weight, scale, packed)`, with a factor for each channel of the result, null for
///   none, and `pack_backward(node, src_shape, weight, packed)`;
/// - `forward(node, packed, src, dst, first, last, finish, scratch)`: what the finish makes of the pieces [first,
/// last);
/// - `backward(node, packed, grad, grad_src, scratch)`;
/// - `backward_weight(node, src, grad, starts, sums, scratch)`: adds an image's share to the sums, or starts them;
/// - `write_gradient(node, src_shape, sums, grad_weight)`, from the sums over all images.
template <class Descriptor, int choice = 0>
struct FastKernels;

}  // namespace residua::detail::inline RESIDUA_ISA
