#pragma once

#include <residua/layer/options.hpp>
#include <residua/shape/problem.hpp>

namespace residua {

/// Fully connected layer with bias: (c, 1, 1) -> (out, 1, 1), weights out x c.
template <int out>
struct Linear {
    static constexpr Problem check(Chw in) {
        if (out <= 0) return {Kind::SizeNotPositive, {}, {out, 1, 1}};
        if (in.h != 1 || in.w != 1) return {Kind::LinearAfterMap, {in.c, 1, 1}, in};
        return {};
    }
    static constexpr Chw output(Chw) { return {out, 1, 1}; }
};

}  // namespace residua
