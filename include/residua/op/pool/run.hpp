#pragma once

#include <residua/kernel/simd/pool.hpp>
#include <residua/op/pool/rule.hpp>
#include <residua/op/run.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <>
struct FastKernels<MaxPoolOp> {
    /// Rows.
    static int pieces(const Layout& dst) { return dst.shape.h; }
    static void forward(const Node& node, const MapView<const float>& src, const MapView<float>& dst, int first,
                        int last) {
        max_pool(src, dst, node.window, first, last);
    }
    static void backward(const Node& node, const MapView<const float>& src, const MapView<const float>& grad,
                         const MapView<float>& grad_src) {
        max_pool_backward(src, grad, grad_src, node.window);
    }
};

template <>
struct FastKernels<AvgPoolOp> {
    /// Blocks of channels.
    static int pieces(const Layout& dst) { return dst.blocks(); }
    static void forward(const Node& node, const MapView<const float>& src, const MapView<float>& dst, int first,
                        int last) {
        avg_pool(src, dst, node.window, first, last);
    }
    static void backward(const Node& node, const MapView<const float>&, const MapView<const float>& grad,
                         const MapView<float>& grad_src) {
        avg_pool_backward(grad, grad_src, node.window);
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
