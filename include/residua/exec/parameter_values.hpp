#pragma once

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <residua/exec/weights.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Where the values of a network's parameters and running statistics lie, each in PyTorch's layout.
struct ParameterValues {
    /// Says that values have been read and are not wanted soon, for an owner who can get them back. Any thread.
    using Release = std::function<void(std::span<const float>)>;

    std::vector<std::array<const float*, 4>> of_node;  ///< by node and Member
    std::shared_ptr<const void> owner;
    Release release = [](std::span<const float>) {};

    ParameterValues(int nodes, std::shared_ptr<const void> owns)
        : of_node(static_cast<std::size_t>(nodes)), owner{std::move(owns)} {}

    [[nodiscard]] const float* of(NodeNumber node, Member member) const {
        return of_node[index(node)][static_cast<std::size_t>(member)];
    }
    void set(const Parameter& parameter, const float* values) {
        of_node[index(parameter.node)][static_cast<std::size_t>(parameter.member)] = values;
    }
};

template <class Net>
ParameterValues values_of(std::shared_ptr<const Weights<Net>> weights) {
    ParameterValues values(graph_of<Net>.count(), weights);
    for (const Parameter& parameter : parameters<Net>) values.set(parameter, weights->span(parameter).data());
    return values;
}

}  // namespace residua::detail::inline RESIDUA_ISA
