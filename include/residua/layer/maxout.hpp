#pragma once

#include <residua/config.hpp>

namespace residua {

/// Largest of each run of `pieces` neighbouring channels (Goodfellow et al., 2013): (c, h, w) -> (c / pieces, h, w).
/// `pieces` must divide c.
template <int pieces>
struct Maxout {};

}  // namespace residua
