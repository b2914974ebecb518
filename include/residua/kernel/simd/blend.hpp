#pragma once

#include <residua/kernel/view.hpp>
#include <residua/tensor/derivative.hpp>
#include <residua/tensor/expression.hpp>
#include <residua/tensor/pack.hpp>

namespace residua::inline RESIDUA_ISA {

/// The maps and per-channel coefficients that a blend is an expression of: x0 = main, x1 and x2 its scale and shift,
/// x3 = skip, x4 and x5 its scale and shift. Coefficients that the expression does not mention may be null.
struct BlendTask {
    MapView<const float> main{};
    MapView<const float> skip{};
    const float* scale = nullptr;
    const float* shift = nullptr;
    const float* skip_scale = nullptr;
    const float* skip_shift = nullptr;
};

/// One block's coefficients of a blend, in registers.
template <auto expression>
struct BlendBlock {
    static constexpr int variables = variable_count<expression>;
    Pack scale;
    Pack shift;
    Pack skip_scale;
    Pack skip_shift;

    RESIDUA_INLINE static Pack coefficient(const float* values, int block, bool used) {
        return used && values != nullptr ? Pack::load(values + block * channel_block) : Pack::zero();
    }

    RESIDUA_INLINE BlendBlock(const BlendTask& task, int block)
        : scale{coefficient(task.scale, block, variables > 1)},
          shift{coefficient(task.shift, block, variables > 2)},
          skip_scale{coefficient(task.skip_scale, block, variables > 4)},
          skip_shift{coefficient(task.skip_shift, block, variables > 5)} {}

    template <auto function>
    RESIDUA_INLINE Pack at(const float* main, const float* skip) const {
        if constexpr (variables > 3)
            return evaluate(function, Pack::load(main), scale, shift, Pack::load(skip), skip_scale, skip_shift);
        else
            return evaluate(function, Pack::load(main), scale, shift, Pack::zero(), Pack::zero(), Pack::zero());
    }
};

/// The blend's value, into scratch memory and, if `stores`, also into the map that keeps it.
/// Shapes: all maps alike, blocked. Reads: what the expression mentions. Writes: dst, and stored if `stores`.
/// Requires: 64-byte alignment.
template <auto expression, bool stores>
void blend_forward(const BlendTask& task, const MapView<float>& dst, const MapView<float>& stored) {
    const int columns = dst.layout.shape.w * channel_block;
    for (int block = 0; block < dst.layout.blocks(); ++block) {
        const BlendBlock<expression> coefficients(task, block);
        for (int row = 0; row < dst.layout.shape.h; ++row) {
            const float* main = task.main.at(block, row);
            const float* skip = task.skip.data == nullptr ? main : task.skip.at(block, row);
            float* to = dst.at(block, row);
            float* also = stores ? stored.at(block, row) : to;
            for (int i = 0; i < columns; i += channel_block) {
                const Pack value = coefficients.template at<expression>(main + i, skip + i);
                value.store(to + i);
                if constexpr (stores) value.store(also + i);
            }
        }
    }
}

/// Per-channel sums that the gradient of a batch normalisation needs, over one image: of the gradient, and of the
/// gradient times the deviation of the normalised map from its mean.
struct GradientSums {
    float* gradient = nullptr;
    float* main = nullptr;
    float* skip = nullptr;
    const float* main_mean = nullptr;
    const float* skip_mean = nullptr;
};

/// From the gradient of a blend's value to that of its summands' sum: grad times the derivative of the activation at
/// `before` (the blend without its activation), and the sums.
/// Shapes: all maps alike, blocked; the sums one value per channel, whole blocks.
/// Reads: grad, the task's maps. Writes: grad_before (may be grad itself), sums. Requires: 64-byte alignment.
template <auto before, auto slope, bool main_bn, bool skip_bn>
void blend_backward(const BlendTask& task, const MapView<const float>& grad, const MapView<float>& grad_before,
                    const GradientSums& sums) {
    constexpr bool constant_slope = variable_count<slope> == 0;
    const int columns = grad.layout.shape.w * channel_block;
    for (int block = 0; block < grad.layout.blocks(); ++block) {
        const BlendBlock<before> coefficients(task, block);
        const Pack main_mean = main_bn ? Pack::load(sums.main_mean + block * channel_block) : Pack::zero();
        const Pack skip_mean = skip_bn ? Pack::load(sums.skip_mean + block * channel_block) : Pack::zero();
        Pack sum = Pack::zero();
        Pack main_sum = Pack::zero();
        Pack skip_sum = Pack::zero();
        for (int row = 0; row < grad.layout.shape.h; ++row) {
            const float* main = task.main.at(block, row);
            const float* skip = task.skip.data == nullptr ? main : task.skip.at(block, row);
            const float* from = grad.at(block, row);
            float* to = grad_before.at(block, row);
            Pack row_sum = Pack::zero();
            Pack row_main = Pack::zero();
            Pack row_skip = Pack::zero();
            for (int i = 0; i < columns; i += channel_block) {
                Pack value = Pack::load(from + i);
                if constexpr (!constant_slope)
                    value = value * evaluate(slope, coefficients.template at<before>(main + i, skip + i));
                value.store(to + i);
                if constexpr (main_bn || skip_bn) row_sum += value;
                if constexpr (main_bn) row_main = fma(value, Pack::load(main + i) - main_mean, row_main);
                if constexpr (skip_bn) row_skip = fma(value, Pack::load(skip + i) - skip_mean, row_skip);
            }
            sum += row_sum;
            main_sum += row_main;
            skip_sum += row_skip;
        }
        if constexpr (main_bn || skip_bn) sum.store(sums.gradient + block * channel_block);
        if constexpr (main_bn) main_sum.store(sums.main + block * channel_block);
        if constexpr (skip_bn) skip_sum.store(sums.skip + block * channel_block);
    }
}

}  // namespace residua::inline RESIDUA_ISA
