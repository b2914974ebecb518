#pragma once

#include <residua/kernel/simd/copy.hpp>
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

template <class Descriptor, int choice, auto finish, bool partial>
void run_weighted_pass(const BoundStep& step, const Share& share) {
    using Kernels = FastKernels<Descriptor, choice>;
    const int pieces = Kernels::pieces(step.dst);
    for_images(step, share, [&](const auto& src, const auto& skip, const auto& dst) {
        Kernels::forward(*step.node, step.weight, src, dst, share.first(pieces), share.last(pieces),
                         Finish<finish, partial>{step.bias, step.dst.shape.c, skip}, share.scratch);
    });
}

inline void run_copy(const BoundStep& step, const Share& share) {
    const int rows = step.dst.shape.h;
    for_images(step, share, [&](const auto& src, const auto&, const auto& dst) {
        copy_channels(src, 0, dst, step.first_channel, src.layout.shape.c, share.first(rows), share.last(rows));
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
    if constexpr (role_of(kernel.op) == Role::concat) {
        return run_copy;
    } else if constexpr (!kernel.elementwise && is_finished(kernel.op)) {
        constexpr auto sum = [] {
            if constexpr (kernel.skip)
                return x0 + x1 + x2;
            else
                return x0 + x1;
        }();
        constexpr auto finish = activated<Net, kernel.activation>(sum);
        if constexpr (is_weighted_pass(kernel.op))
            return run_weighted_pass<DescriptorOf<kernel.op>, kernel.choice, finish, kernel.partial>;
        else if constexpr (row_of(kernel.op).takes_images_as_columns)
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

/// Packs the weights of a pass that has some, with a factor for each channel of the result.
using PackPass = void (*)(const Node& node, Chw src, const float* weight, const float* scale, float* packed);

template <InferenceKernel kernel>
constexpr PackPass pack_function() {
    if constexpr (!kernel.elementwise && is_weighted_pass(kernel.op))
        return FastKernels<DescriptorOf<kernel.op>, kernel.choice>::pack_forward;
    else
        return nullptr;
}

template <class Net, int... indices>
constexpr auto list_pack_functions(std::integer_sequence<int, indices...>) {
    return std::array<PackPass, sizeof...(indices)>{pack_function<inference_kernels<Net>.values[indices]>()...};
}

/// The same for each of them, null without weights or where they are packed as those of products are.
template <class Net>
inline constexpr auto pack_functions =
    list_pack_functions<Net>(std::make_integer_sequence<int, inference_kernels<Net>.count>{});

}  // namespace residua::detail::inline RESIDUA_ISA
