#pragma once

#include <residua/config.hpp>

namespace residua {

/// What a workspace is for: running a network with fixed weights and statistics, or training it.
struct Inference {};
struct Training {};

/// Images at a time, at most.
template <int images>
struct Batch {
    static constexpr int value = images;
};

/// Threads at work, at most.
template <int count>
struct Threads {
    static constexpr int value = count;
};

}  // namespace residua
