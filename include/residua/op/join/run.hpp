#pragma once

#include <residua/kernel/simd/blend.hpp>
#include <residua/lower/blend_form.hpp>
#include <residua/op/activation/run.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// A blend as an expression of BlendTask's variables, without its activation.
template <BlendForm form>
constexpr auto blend_sum() {
    using namespace variables;
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

/// Where the gradients of a blend's value go, for a few images, and what takes them through the blend.
struct GradientTarget {
    MapsView<float> maps{};
    MapsView<const float> main{};  ///< the summands
    MapsView<const float> skip{};
    MapsView<const float> added{};  ///< another part of the gradient
    BlendTask blend{};              ///< but for the maps
    GradientSums sums{};            ///< of the first image
};

/// The functions that compute a blend and its way back.
struct BlendFunctions {
    void (*forward)(const BlendTask&, const MapView<float>& dst, const MapView<float>& stored) = nullptr;
    void (*forward_and_store)(const BlendTask&, const MapView<float>& dst, const MapView<float>& stored) = nullptr;
    /// Of one image.
    void (*backward)(const MapView<const float>& grad, const GradientTarget& target) = nullptr;
};

/// What takes an image's gradient through a blend.
template <class Net, BlendForm form, bool adds>
auto blend_gradient(const GradientTarget& target, int image) {
    BlendTask task = target.blend;
    task.main = target.main.at(image);
    if constexpr (form.skip) task.skip = target.skip.at(image);
    return BlendGradient<blend_sum<form>(), slope<Net, form.activation>(), form.main_bn, form.skip_bn, adds,
                         form.partial>{task, adds ? target.added.at(image).data : nullptr, target.maps.at(image).data,
                                       target.sums.at(image)};
}

template <class Net, BlendForm form>
void run_blend_backward(const MapView<const float>& grad, const GradientTarget& target) {
    blend_backward(grad, target.maps.first, blend_gradient<Net, form, false>(target, 0));
}

template <class Net, BlendForm form>
constexpr BlendFunctions blend_functions_of() {
    constexpr auto value = activated<Net, form.activation>(blend_sum<form>());
    return {blend_forward<value, form.partial, false>, blend_forward<value, form.partial, true>,
            run_blend_backward<Net, form>};
}

}  // namespace residua::detail::inline RESIDUA_ISA
