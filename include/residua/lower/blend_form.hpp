#pragma once

#include <residua/plan/distinct.hpp>
#include <residua/plan/training.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What makes a difference to the code that computes a blend.
struct BlendForm {
    bool main_bn = false;
    bool skip = false;
    bool skip_bn = false;
    int activation = -1;
    bool partial = false;  ///< the channels do not fill the blocks

    friend constexpr bool operator==(const BlendForm&, const BlendForm&) = default;
};

constexpr BlendForm form_of(const Blend& blend) {
    return {blend.main_bn != NodeNumber::none, blend.skip != MapNumber::none, blend.skip_bn != NodeNumber::none,
            blend.activation, is_partial(blend.shape.c)};
}

/// What a convolution on the way back does with its results, the gradient of a blend, besides writing them.
struct GradientForm {
    bool finishes = false;  ///< takes the gradient through the blend
    bool adds = false;      ///< first adds another part of it
    BlendForm blend{};

    friend constexpr bool operator==(const GradientForm&, const GradientForm&) = default;
};

/// A pass that finishes its blend's gradient does so in its convolution, if beside that at most one map adds to the
/// gradient, as it is, and the caller does not want it.
template <int nodes>
constexpr GradientForm gradient_form(const TrainingPlan<nodes>& plan, const BackwardStep& pass) {
    const auto blend_at = [&](BlendNumber b) { return plan.backward_blends[b]; };
    int added = pass.accumulates;
    for (const Summand& pulled : pass.pulls) {
        if (pulled.blend == BlendNumber::none) continue;
        if (pulled.bn(blend_at(pulled.blend)) != NodeNumber::none) return {};
        ++added;
    }
    const bool wanted = blend_at(pass.blend).differentiated >= 0;
    if (!pass.finishes || pass.output || wanted || added > 1) return {};
    return {true, added > 0, form_of(blend_at(pass.blend))};
}

template <class Net>
inline constexpr auto blend_forms = [] {
    Distinct<BlendForm, training_plan<Net>.blends.size(), BlendNumber> found;
    for (BlendNumber b{}; b < BlendNumber{training_plan<Net>.blend_count}; ++b)
        found.add(b, form_of(training_plan<Net>.blends[b]));
    return found;
}();

}  // namespace residua::detail::inline RESIDUA_ISA
