#pragma once

#include <oneapi/tbb/global_control.h>

/// While it lives, a team of up to eight has as many threads as it says, however few cores there are.
struct MoreThreads {
    tbb::global_control control{tbb::global_control::max_allowed_parallelism, 8};
};
