#pragma once

#include <residua/plan/costs.hpp>
#include <residua/plan/inference.hpp>
#include <residua/plan/mode.hpp>

namespace residua {

namespace detail {

/// Sizes in floats of the parts of an inference workspace.
template <class Net>
struct InferenceSizes {
    static constexpr long slot = inference_plan<Net>.arena_floats;  ///< one image's maps, for each thread
    static constexpr long input = input_shape<Net>.count();
    static constexpr long output = output_shape<Net>.count();

    static constexpr long total(long images, long threads) {
        return threads * slot + overhang + round_up(images * input) + round_up(images * output);
    }
    static constexpr long round_up(long floats) { return (floats + channel_block - 1) / channel_block * channel_block; }
};

}  // namespace detail

}  // namespace residua
