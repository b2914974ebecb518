#pragma once

#include <residua/kernel/simd/elementwise.hpp>
#include <residua/lower/inference_kernels.hpp>
#include <residua/op/activation/run.hpp>
#include <residua/op/bound_step.hpp>
#include <residua/op/conv/run_inference.hpp>
#include <residua/op/runs.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <auto expression, bool partial>
void run_elementwise(const BoundStep& step, const Share& share) {
    const int rows = step.dst.shape.h;
    for_images(step, share, [&](const auto& src, const auto& skip, const auto& dst) {
        elementwise<expression, partial>(src, step.weight, step.bias, skip, dst, share.first(rows), share.last(rows));
    });
}

template <class Descriptor>
void run_pass(const BoundStep& step, const Share& share) {
    const int pieces = FastKernels<Descriptor>::pieces(step.dst);
    for_images(step, share, [&](const auto& src, const auto&, const auto& dst) {
        FastKernels<Descriptor>::forward(*step.node, src, dst, share.first(pieces), share.last(pieces));
    });
}

/// The function that runs a kernel.
template <class Net, InferenceKernel kernel>
constexpr RunStep run_function() {
    using namespace variables;
    if constexpr (!kernel.elementwise && has_products(kernel.op)) {
        constexpr auto sum = [] {
            if constexpr (kernel.skip)
                return x0 + x1 + x2;
            else
                return x0 + x1;
        }();
        constexpr auto finish = activated<Net, kernel.activation>(sum);
        if constexpr (row_of(kernel.op).takes_images_as_columns)
            return run_linear<kernel.tiling, finish, kernel.partial>;
        else if constexpr (kernel.algorithm == Algorithm::direct)
            return run_conv<kernel.tiling, finish, kernel.partial>;
        else
            return run_winograd<patch_size(kernel.algorithm), kernel.tiling, kernel.bare, finish, kernel.partial>;
    } else if constexpr (kernel.elementwise) {
        constexpr auto sum = [] {
            if constexpr (kernel.skip)
                return x0 * x1 + x2 + x3;
            else
                return x0 * x1 + x2;
        }();
        return run_elementwise<activated<Net, kernel.activation>(sum), kernel.partial>;
    } else {
        return run_pass<DescriptorOf<kernel.op>>;
    }
}

template <class Net, int... indices>
constexpr auto list_run_functions(std::integer_sequence<int, indices...>) {
    return std::array<RunStep, sizeof...(indices)>{run_function<Net, inference_kernels<Net>.values[indices]>()...};
}

/// One function per distinct kernel of the network.
template <class Net>
inline constexpr auto run_functions =
    list_run_functions<Net>(std::make_integer_sequence<int, inference_kernels<Net>.count>{});

}  // namespace residua::detail::inline RESIDUA_ISA
