#pragma once

#include <cmath>

#include <residua/data/random.hpp>
#include <residua/exec/weights.hpp>

namespace residua::inline RESIDUA_ISA {

/// Fresh weights for a network of rectifiers: normal with standard deviation sqrt(2 / fan-in) (He, Zhang, Ren and Sun,
/// "Delving deep into rectifiers", 2015); biases zero, BN's scales one. A function of the seed alone.
template <class Net>
Weights<Net> he_initialised(std::uint64_t seed) {
    Weights<Net> weights;
    for (std::size_t i = 0; i < parameters<Net>.size(); ++i) {
        const Parameter& parameter = parameters<Net>[i];
        if (parameter.member != detail::Member::weight || parameter.rank == 1) continue;
        const double fan_in = static_cast<double>(parameter.count() / parameter.shape[0]);
        const auto deviation = static_cast<float>(std::sqrt(2.0 / fan_in));
        const detail::Random random(seed, detail::Stream::initialisation, i);
        std::uint64_t drawn = 0;
        for (float& value : weights.span(parameter)) value = deviation * random.normal(drawn++);
    }
    return weights;
}

}  // namespace residua::inline RESIDUA_ISA
