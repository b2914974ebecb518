#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include <residua/lower/training_kernels.hpp>
#include <residua/op/conv/run_training.hpp>
#include <residua/op/join/run.hpp>

namespace residua::detail::inline RESIDUA_ISA {

template <class Net, int... indices>
constexpr auto list_blend_functions(std::integer_sequence<int, indices...>) {
    return std::array<BlendFunctions, sizeof...(indices)>{
        blend_functions_of<Net, blend_forms<Net>.values[indices]>()...};
}

template <class Net, int... indices>
constexpr auto list_conv_functions(std::integer_sequence<int, indices...>) {
    return std::array<ConvFunctions, std::max<std::size_t>(sizeof...(indices), 1)>{
        conv_functions_of<training_convs<Net>.values[indices]>()...};
}

template <class Net, int... indices>
constexpr auto list_source_gradient_functions(std::integer_sequence<int, indices...>) {
    return std::array<SourceGradientFunction, std::max<std::size_t>(sizeof...(indices), 1)>{
        run_backward_src<Net, source_gradients<Net>.values[indices]>...};
}

/// One entry per distinct blend form of the network.
template <class Net>
inline constexpr auto blend_functions =
    list_blend_functions<Net>(std::make_integer_sequence<int, blend_forms<Net>.count>{});

/// One entry per distinct convolution of the network; one that is never called where there is none.
template <class Net>
inline constexpr auto conv_functions =
    list_conv_functions<Net>(std::make_integer_sequence<int, training_convs<Net>.count>{});

/// One entry per distinct way of a convolution to its source; one that is never called where there is none.
template <class Net>
inline constexpr auto source_gradient_functions =
    list_source_gradient_functions<Net>(std::make_integer_sequence<int, source_gradients<Net>.count>{});

}  // namespace residua::detail::inline RESIDUA_ISA
