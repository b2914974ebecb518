#pragma once

#include <numeric>

#include <residua/config.hpp>
#include <residua/tensor/pack.hpp>

inline float sum_of_lanes(residua::Pack pack) {
    alignas(residua::alignment) float lanes[residua::Pack::size];
    pack.store(lanes);
    return std::accumulate(lanes, lanes + residua::Pack::size, 0.0f);
}
