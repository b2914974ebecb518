#pragma once

#include <residua/kernel/simd/grouped_backward_weight.hpp>
#include <residua/kernel/simd/grouped_conv.hpp>
#include <residua/kernel/simd/grouped_weights.hpp>
#include <residua/op/grouped_conv/lower.hpp>
#include <residua/op/run.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <int choice>
struct FastKernels<GroupedConvOp, choice> {
    static constexpr GroupedKernel kernel = grouped_kernel_of(choice);

    /// Rows.
    static int pieces(const Layout& dst) { return dst.shape.h; }

    static void pack_forward(const Node& node, Chw src, const float* weight, const float* scale, float* packed) {
        for (int block = 0; block < block_count(node.shape.c); ++block)
            pack_grouped(conv_of(node, src), weight, scale, block, packed);
    }
    static void pack_backward(const Node& node, Chw src, const float* weight, float* packed) {
        for (int block = 0; block < block_count(src.c); ++block)
            pack_grouped_backward(conv_of(node, src), weight, block, packed);
    }

    template <Finishing Finish>
    static void forward(const Node& node, const float* packed, const MapView<const float>& src,
                        const MapView<float>& dst, int first, int last, const Finish& finish, float* scratch) {
        const GroupedConv conv = conv_of(node, src.layout.shape);
        detail::grouped_conv<kernel>(conv, src, packed, dst, first, last, finish, scratch);
    }
    static void backward(const Node& node, const float* packed, const MapView<const float>& grad,
                         const MapView<float>& grad_src, float* scratch) {
        const Chw src = grad_src.layout.shape;
        const auto run = [&](const auto& finish) {
            grouped_backward_src<kernel>(conv_of(node, src), grad, packed, grad_src, 0, src.h, finish, scratch);
        };
        if (is_partial(src.c))
            run(Unfinished<true>{src.c});
        else
            run(Unfinished<false>{src.c});
    }
    static void backward_weight(const Node& node, const MapView<const float>& src, const MapView<const float>& grad,
                                bool starts, float* sums, float* scratch) {
        grouped_backward_weight<kernel>(conv_of(node, src.layout.shape), src, grad, starts, sums, scratch);
    }
    static void write_gradient(const Node& node, Chw src, const float* sums, float* grad_weight) {
        for (int block = 0; block < block_count(node.shape.c); ++block)
            unpack_grouped(conv_of(node, src), sums, block, grad_weight);
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
