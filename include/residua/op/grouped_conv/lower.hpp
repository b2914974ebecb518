#pragma once

#include <residua/op/grouped_conv/geometry.hpp>
#include <residua/op/grouped_conv/rule.hpp>
#include <residua/op/weighted_pass.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The convolution of a node.
constexpr GroupedConv conv_of(const Node& node, Chw src) { return {src, node.shape, node.setting, node.window}; }

/// A kernel as a number, and back.
constexpr int choice_of(const GroupedKernel& kernel) {
    return kernel.lanes | kernel.row_taps << 8 | kernel.stride << 16;
}
constexpr GroupedKernel grouped_kernel_of(int choice) { return {choice & 0xff, choice >> 8 & 0xff, choice >> 16}; }

template <>
struct Weighted<GroupedConvOp> {
    static constexpr WeightedPass of(const Node& node, Chw src) {
        const GroupedConv conv = conv_of(node, src);
        return {.choice = choice_of(grouped_kernel(conv)),
                .packed = std::max(grouped_floats(conv), grouped_backward_floats(conv)),
                .sums = grouped_floats(conv),
                .scratch = round_up(std::max(grouped_scratch(conv), grouped_backward_scratch(conv)))};
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
