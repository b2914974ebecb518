#pragma once

#include <cstdint>
#include <vector>

#include <residua/config.hpp>

namespace residua::inline RESIDUA_ISA {

/// One epoch of a training run. Errors lie between 0 and 1; those of sets that were not given are negative.
struct EpochRecord {
    std::int64_t epoch = 0;      ///< counted from 1
    std::int64_t iteration = 0;  ///< iterations done
    double rate = 0.0;           ///< learning rate of the last one
    double loss = 0.0;           ///< mean over the epoch's images, as seen in training
    double train_error = 0.0;    ///< the same
    double held_out_error = -1.0;
    double test_error = -1.0;

    friend bool operator==(const EpochRecord&, const EpochRecord&) = default;
};

using History = std::vector<EpochRecord>;

}  // namespace residua::inline RESIDUA_ISA
