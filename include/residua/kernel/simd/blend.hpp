#pragma once

#include <residua/expr/derivative.hpp>
#include <residua/expr/expression.hpp>
#include <residua/kernel/simd/channels.hpp>
#include <residua/kernel/view.hpp>
#include <residua/simd/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

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

/// The blend's value, into scratch memory and, if `stores`, also into the map that keeps it, past the caches.
/// Shapes: all maps alike, blocked. Reads: what the expression mentions. Writes: dst, and stored if `stores`.
/// Requires: 64-byte alignment. Other threads see what is stored after `finish_streams`.
template <auto expression, bool partial, bool stores>
void blend_forward(const BlendTask& task, const MapView<float>& dst, const MapView<float>& stored) {
    const int columns = dst.layout.shape.w * channel_block;
    for (int block = 0; block < dst.layout.blocks(); ++block) {
        const BlendBlock<expression> coefficients(task, block);
        const Channels<partial> present(block, dst.layout.shape.c);
        for (int row = 0; row < dst.layout.shape.h; ++row) {
            const float* main = task.main.at(block, row);
            const float* skip = task.skip.data == nullptr ? main : task.skip.at(block, row);
            float* to = dst.at(block, row);
            float* also = stores ? stored.at(block, row) : to;
            for (int i = 0; i < columns; i += channel_block) {
                const Pack value = present.only(coefficients.template at<expression>(main + i, skip + i));
                value.store(to + i);
                if constexpr (stores) value.stream(also + i);
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
    std::ptrdiff_t step = 0;  ///< floats from one image's sums to the next

    [[nodiscard]] GradientSums at(int image) const {
        return {gradient + image * step, main + image * step, skip + image * step, main_mean, skip_mean, step};
    }
};

/// A finish on the way back: from the gradient of a blend's value, of which `added` has another part if `adds`, to that
/// of its summands' sum, which is the gradient times the derivative of the activation at `before` (the blend without
/// its activation); and the sums, which are added to. Written past the caches, see Pack::stream. Requires: no frames
/// around the maps, so that they, `added` and `target` are alike; `added` may be `target`.
template <auto before, auto slope, bool main_bn, bool skip_bn, bool adds, bool partial>
struct BlendGradient {
    static constexpr bool is_long = true;

    BlendTask task{};
    const float* added = nullptr;
    const float* target = nullptr;
    GradientSums sums{};

    static constexpr bool has_sums = main_bn || skip_bn;
    static constexpr bool has_slope = variable_count<slope> > 0;

    struct Block {
        BlendBlock<before> coefficients;
        Channels<partial> present;
        const float* main;
        const float* skip;
        const float* added;
        const float* target;
        GradientSums totals;
        std::ptrdiff_t channel;
        Pack main_mean;
        Pack skip_mean;
        Pack sum = Pack::zero();
        Pack main_sum = Pack::zero();
        Pack skip_sum = Pack::zero();

        RESIDUA_INLINE void take(Pack value, int, int, float* dst) {
            const std::ptrdiff_t at = dst - target;
            if constexpr (adds) value += Pack::load(added + at);
            if constexpr (has_slope)
                value = value * evaluate(slope, coefficients.template at<before>(main + at, skip + at));
            value = present.only(value);
            value.stream(dst);
            if constexpr (has_sums) sum += value;
            if constexpr (main_bn) main_sum = fma(value, Pack::load(main + at) - main_mean, main_sum);
            if constexpr (skip_bn) skip_sum = fma(value, Pack::load(skip + at) - skip_mean, skip_sum);
        }
        RESIDUA_INLINE void end() const {
            if constexpr (has_sums) add(sum, totals.gradient);
            if constexpr (main_bn) add(main_sum, totals.main);
            if constexpr (skip_bn) add(skip_sum, totals.skip);
        }

      private:
        RESIDUA_INLINE void add(Pack part, float* to) const { (Pack::load(to + channel) + part).store(to + channel); }
    };

    RESIDUA_INLINE Block of(int block, int, int, Pack) const {
        const std::ptrdiff_t channel = std::ptrdiff_t{block} * channel_block;
        return {BlendBlock<before>(task, block),
                {block, task.main.layout.shape.c},
                task.main.data,
                BlendBlock<before>::variables > 3 ? task.skip.data : task.main.data,
                added,
                target,
                sums,
                channel,
                main_bn ? Pack::load(sums.main_mean + channel) : Pack::zero(),
                skip_bn ? Pack::load(sums.skip_mean + channel) : Pack::zero()};
    }
    RESIDUA_INLINE void fetch(const float* dst) const {
        const std::ptrdiff_t at = dst - target;
        if constexpr (adds) __builtin_prefetch(added + at);
        if constexpr (has_slope || main_bn) __builtin_prefetch(task.main.data + at);
        if constexpr (skip_bn || (has_slope && BlendBlock<before>::variables > 3))
            __builtin_prefetch(task.skip.data + at);
    }
};

/// The same for a gradient that is there already.
/// Shapes: grad and the finish's maps alike, blocked. Reads: grad, the finish's maps. Writes: the finish's target (may
/// be grad itself), sums. Requires: 64-byte alignment.
template <class Gradient>
void blend_backward(const MapView<const float>& grad, const MapView<float>& target, const Gradient& finish) {
    const int columns = grad.layout.shape.w * channel_block;
    for (int block = 0; block < grad.layout.blocks(); ++block)
        for (int row = 0; row < grad.layout.shape.h; ++row) {
            auto results = finish.of(block, row, 0, Pack::zero());
            for (int i = 0; i < columns; i += channel_block)
                results.take(Pack::load(grad.at(block, row) + i), row, i / channel_block, target.at(block, row) + i);
            results.end();
        }
}

}  // namespace residua::detail::inline RESIDUA_ISA
