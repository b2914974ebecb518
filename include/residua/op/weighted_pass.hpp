#pragma once

#include <residua/graph/graph.hpp>
#include <residua/meta/entries.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What a pass with weights needs of memory, in floats, multiples of a block, and which of its kernels it takes: a
/// number of its own, equal for nodes that share code.
struct WeightedPass {
    int choice = 0;  ///< from 1 on; all is zero where there are no weights: GCC 12 loses other initial values of tables
    long packed = 0;   ///< weights as the kernels read them, for the direction with more
    long sums = 0;     ///< of the gradient of the weights, as the kernels add them up
    long scratch = 0;  ///< of a thread

    [[nodiscard]] constexpr bool has_weights() const { return choice > 0; }
};

/// What an operation that makes a pass of its own with weights needs: `of(node, src)`, a WeightedPass for the node and
/// the shape of its source. Operations specialise it in the `lower.hpp` of their folders.
template <class Descriptor>
struct Weighted {
    static constexpr WeightedPass of(const Node&, Chw) { return {}; }
};

}  // namespace residua::detail::inline RESIDUA_ISA
