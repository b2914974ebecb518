#pragma once

#include <algorithm>
#include <array>
#include <utility>

#include <residua/lower/training_kernels.hpp>
#include <residua/op/runs.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The two directions of an operation that makes a pass of its own, for one image of a training step; see FastKernels.
struct PassFunctions {
    void (*forward)(const Node& node, const MapView<const float>& src, const MapView<float>& dst) = nullptr;
    void (*backward)(const Node& node, const MapView<const float>& src, const MapView<const float>& grad,
                     const MapView<float>& grad_src) = nullptr;
    bool reads_source = false;  ///< on the way back
};

template <class Descriptor>
void run_whole_pass(const Node& node, const MapView<const float>& src, const MapView<float>& dst) {
    FastKernels<Descriptor>::forward(node, src, dst, 0, FastKernels<Descriptor>::pieces(dst.layout));
}

template <class Descriptor>
constexpr PassFunctions pass_functions_of() {
    return {run_whole_pass<Descriptor>, FastKernels<Descriptor>::backward, Descriptor::row.reads_source};
}

template <class Net, int... indices>
constexpr auto list_pass_functions(std::integer_sequence<int, indices...>) {
    return std::array<PassFunctions, std::max<std::size_t>(sizeof...(indices), 1)>{
        pass_functions_of<DescriptorOf<training_passes<Net>.values[indices]>>()...};
}

/// One entry per operation of the network that makes such passes; one that is never called where there is none.
template <class Net>
inline constexpr auto pass_functions =
    list_pass_functions<Net>(std::make_integer_sequence<int, training_passes<Net>.count>{});

}  // namespace residua::detail::inline RESIDUA_ISA
