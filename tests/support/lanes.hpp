#pragma once

#include <numeric>

#include <residua/config.hpp>
#include <residua/simd/pack.hpp>

inline float sum_of_lanes(residua::detail::Pack pack) {
    alignas(residua::detail::alignment) float lanes[residua::detail::Pack::size];
    pack.store(lanes);
    return std::accumulate(lanes, lanes + residua::detail::Pack::size, 0.0f);
}
