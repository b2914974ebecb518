#pragma once

#include <residua/kernel/simd/maxout.hpp>
#include <residua/op/maxout/rule.hpp>
#include <residua/op/run.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <>
struct FastKernels<MaxoutOp> {
    /// Rows.
    static int pieces(const Layout& dst) { return dst.shape.h; }
    static void forward(const Node& node, const MapView<const float>& src, const MapView<float>& dst, int first,
                        int last) {
        maxout(src, dst, node.setting, first, last);
    }
    static void backward(const Node& node, const MapView<const float>& src, const MapView<const float>& grad,
                         const MapView<float>& grad_src) {
        maxout_backward(src, grad, grad_src, node.setting);
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
