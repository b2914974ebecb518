#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include <residua/kernel/simd/finish.hpp>
#include <residua/kernel/simd/moments.hpp>
#include <residua/lower/training_kernels.hpp>
#include <residua/op/runs.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What a pass of its own works with beside its maps. All but the node belongs to passes with weights.
struct PassCall {
    const Node& node;
    const float* packed = nullptr;
    const float* bias = nullptr;
    ImageMoments moments{};  ///< of the image, where statistics of the result need them
    float* scratch = nullptr;
};

/// The directions of an operation that makes a pass of its own, for one image of a training step; see FastKernels.
struct PassFunctions {
    void (*forward)(const PassCall& call, const MapView<const float>& src, const MapView<float>& dst) = nullptr;
    void (*backward)(const PassCall& call, const MapView<const float>& src, const MapView<const float>& grad,
                     const MapView<float>& grad_src) = nullptr;
    bool reads_source = false;  ///< on the way back

    /// Of passes with weights.
    void (*pack_forward)(const Node& node, Chw src, const float* weight, const float* scale, float* packed) = nullptr;
    void (*pack_backward)(const Node& node, Chw src, const float* weight, float* packed) = nullptr;
    void (*backward_weight)(const Node& node, const MapView<const float>& src, const MapView<const float>& grad,
                            bool starts, float* sums, float* scratch) = nullptr;
    void (*write_gradient)(const Node& node, Chw src, const float* sums, float* grad_weight) = nullptr;
};

template <class Kernels>
void run_whole_pass(const PassCall& call, const MapView<const float>& src, const MapView<float>& dst) {
    Kernels::forward(call.node, src, dst, 0, Kernels::pieces(dst.layout));
}

template <class Kernels>
void run_pass_backward(const PassCall& call, const MapView<const float>& src, const MapView<const float>& grad,
                       const MapView<float>& grad_src) {
    Kernels::backward(call.node, src, grad, grad_src);
}

template <class Kernels, PassKernel kernel>
void run_whole_weighted_pass(const PassCall& call, const MapView<const float>& src, const MapView<float>& dst) {
    const int channels = dst.layout.shape.c;
    const auto run = [&](const auto& finish) {
        Kernels::forward(call.node, call.packed, src, dst, 0, Kernels::pieces(dst.layout), finish, call.scratch);
    };
    if constexpr (kernel.moments)
        run(WithMoments<kernel.partial>{call.moments, channels});
    else if constexpr (kernel.bias)
        run(Finish<variables::x0 + variables::x1, kernel.partial>{call.bias, channels});
    else
        run(Unfinished<kernel.partial>{channels});
}

template <class Kernels>
void run_weighted_pass_backward(const PassCall& call, const MapView<const float>&, const MapView<const float>& grad,
                                const MapView<float>& grad_src) {
    Kernels::backward(call.node, call.packed, grad, grad_src, call.scratch);
}

template <PassKernel kernel>
constexpr PassFunctions pass_functions_of() {
    using Operation = DescriptorOf<kernel.op>;
    if constexpr (!is_weighted_pass(kernel.op)) {
        using Kernels = FastKernels<Operation>;
        return {run_whole_pass<Kernels>, run_pass_backward<Kernels>, Operation::row.reads_source};
    } else {
        using Kernels = FastKernels<Operation, kernel.choice>;
        return {run_whole_weighted_pass<Kernels, kernel>,
                run_weighted_pass_backward<Kernels>,
                true,
                Kernels::pack_forward,
                Kernels::pack_backward,
                Kernels::backward_weight,
                Kernels::write_gradient};
    }
}

template <class Net, int... indices>
constexpr auto list_pass_functions(std::integer_sequence<int, indices...>) {
    return std::array<PassFunctions, std::max<std::size_t>(sizeof...(indices), 1)>{
        pass_functions_of<training_passes<Net>.values[indices]>()...};
}

/// One entry per distinct pass of the network; one that is never called where there is none.
template <class Net>
inline constexpr auto pass_functions =
    list_pass_functions<Net>(std::make_integer_sequence<int, training_passes<Net>.count>{});

}  // namespace residua::detail::inline RESIDUA_ISA
