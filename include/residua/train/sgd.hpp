#pragma once

#include <span>

#include <residua/exec/parallel.hpp>
#include <residua/simd/pack.hpp>

namespace residua::inline RESIDUA_ISA {

/// Stochastic gradient descent with momentum and weight decay (section 3.4 of the paper; decay on all parameters).
struct Sgd {
    float momentum = 0.9f;
    float weight_decay = 1e-4f;

    /// Values that a thread takes at a time.
    static constexpr std::size_t piece = 16 * 1024;

    /// velocity = momentum * velocity + gradient + weight_decay * weight; weight -= rate * velocity. One pass over
    /// memory, shared by the team. Spans of equal size, 64-byte aligned.
    void step(Team& team, std::span<float> weights, std::span<const float> gradients, std::span<float> velocity,
              float rate) const {
        const std::size_t pieces = (weights.size() + piece - 1) / piece;
        team.run(
            1, [&](int) { return static_cast<int>(pieces); },
            [&](int, int chunk, int) {
                const std::size_t first = static_cast<std::size_t>(chunk) * piece;
                const std::size_t last = std::min(weights.size(), first + piece);
                update(weights.subspan(first, last - first), gradients.subspan(first), velocity.subspan(first), rate);
            });
    }

  private:
    void update(std::span<float> weights, std::span<const float> gradients, std::span<float> velocity,
                float rate) const {
        using detail::Pack;
        const Pack keep = Pack::broadcast(momentum);
        const Pack decay = Pack::broadcast(weight_decay);
        const Pack step = Pack::broadcast(-rate);
        const std::size_t whole = weights.size() / Pack::size * Pack::size;
        for (std::size_t i = 0; i < whole; i += Pack::size) {
            const Pack weight = Pack::load(&weights[i]);
            const Pack moved = fma(keep, Pack::load(&velocity[i]), fma(decay, weight, Pack::load(&gradients[i])));
            moved.store(&velocity[i]);
            fma(step, moved, weight).store(&weights[i]);
        }
        for (std::size_t i = whole; i < weights.size(); ++i) {
            velocity[i] = momentum * velocity[i] + (weight_decay * weights[i] + gradients[i]);
            weights[i] -= rate * velocity[i];
        }
    }
};

}  // namespace residua::inline RESIDUA_ISA
