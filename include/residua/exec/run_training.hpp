#pragma once

#include <algorithm>

#include <residua/exec/activated.hpp>
#include <residua/kernel/simd/blend.hpp>
#include <residua/kernel/simd/conv.hpp>
#include <residua/kernel/simd/conv_backward_weight.hpp>
#include <residua/kernel/simd/finish.hpp>
#include <residua/plan/training_kernels.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// A blend as an expression of BlendTask's variables, without its activation.
template <BlendForm form>
constexpr auto blend_sum() {
    constexpr auto main = [] {
        if constexpr (form.main_bn)
            return x0 * x1 + x2;
        else
            return Variable<0>{};
    }();
    if constexpr (form.skip_bn)
        return main + (x3 * x4 + x5);
    else if constexpr (form.skip)
        return main + x3;
    else
        return main;
}

/// The functions that compute a blend and its way back.
struct BlendFunctions {
    void (*forward)(const BlendTask&, const MapView<float>& dst, const MapView<float>& stored) = nullptr;
    void (*forward_and_store)(const BlendTask&, const MapView<float>& dst, const MapView<float>& stored) = nullptr;
    void (*backward)(const BlendTask&, const MapView<const float>& grad, const MapView<float>& grad_before,
                     const GradientSums& sums) = nullptr;
};

/// Derivative of an activation at its argument, one where there is none.
template <class Net, int activation>
constexpr auto slope() {
    if constexpr (activation < 0)
        return One{};
    else
        return derivative<0>(meta::At<ActivationsOf<Net>, activation>::expression);
}

template <class Net, BlendForm form>
constexpr BlendFunctions blend_functions_of() {
    constexpr auto before = blend_sum<form>();
    constexpr auto value = activated<Net, form.activation>(before);
    return {blend_forward<value, false>, blend_forward<value, true>,
            blend_backward<before, slope<Net, form.activation>(), form.main_bn, form.skip_bn>};
}

/// A convolution's three directions.
struct ConvFunctions {
    void (*forward)(const ConvTask&, const float* bias) = nullptr;
    void (*backward_src)(const ConvTask&) = nullptr;
    void (*backward_weight)(const ConvBackwardWeightTask&) = nullptr;
};

template <Tiling tiling, bool bias>
void run_forward(const ConvTask& task, const float* values) {
    if constexpr (bias)
        conv<tiling.dst_blocks, tiling.width, tiling.run, tiling.pixel>(task, Finish<x0 + x1>{values});
    else
        conv<tiling.dst_blocks, tiling.width, tiling.run, tiling.pixel>(task, Unfinished{});
}

template <Tiling tiling>
void run_backward_src(const ConvTask& task) {
    conv<tiling.dst_blocks, tiling.width, tiling.run, tiling.pixel>(task, Unfinished{});
}

template <TrainingConv kernel>
constexpr ConvFunctions conv_functions_of() {
    return {
        run_forward<kernel.forward, kernel.bias>, run_backward_src<kernel.backward>,
        conv_backward_weight<backward_weight_channels(kernel.forward.run), kernel.forward.run, kernel.forward.pixel>};
}

template <class Net, int... indices>
constexpr auto list_blend_functions(std::integer_sequence<int, indices...>) {
    return std::array<BlendFunctions, sizeof...(indices)>{
        blend_functions_of<Net, blend_forms<Net>.values[static_cast<std::size_t>(indices)]>()...};
}

template <class Net, int... indices>
constexpr auto list_conv_functions(std::integer_sequence<int, indices...>) {
    return std::array<ConvFunctions, std::max<std::size_t>(sizeof...(indices), 1)>{
        conv_functions_of<training_convs<Net>.values[static_cast<std::size_t>(indices)]>()...};
}

/// One entry per distinct blend form of the network.
template <class Net>
inline constexpr auto blend_functions =
    list_blend_functions<Net>(std::make_integer_sequence<int, blend_forms<Net>.count>{});

/// One entry per distinct convolution of the network; one that is never called where there is none.
template <class Net>
inline constexpr auto conv_functions =
    list_conv_functions<Net>(std::make_integer_sequence<int, training_convs<Net>.count>{});

}  // namespace residua::detail::inline RESIDUA_ISA
