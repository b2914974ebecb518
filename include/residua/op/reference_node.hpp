#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include <residua/op/row.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What the slow kernels of an operation work on. Maps are planar, [image][channel][row][column].
template <class T>
struct ReferenceNode {
    const Node& node;
    int images = 0;
    bool training = false;
    std::vector<Chw> src_shapes{};              ///< of the sources
    std::vector<const T*> src{};                ///< the sources' maps
    std::array<T*, member_count> parameters{};  ///< by Member, null where there are none
    std::vector<T>& kept;                       ///< what the way forward leaves for the way back

    [[nodiscard]] T* parameter(Member member) const { return parameters[static_cast<std::size_t>(member)]; }
    /// Of the first source.
    [[nodiscard]] const Chw& src_shape() const { return src_shapes.front(); }
    /// Values of the node's own map, and so of every source of an element-wise operation.
    [[nodiscard]] long count() const { return images * node.shape.count(); }
};

/// Where gradients come from and go.
template <class T>
struct ReferenceGradients {
    const T* dst = nullptr;                     ///< of the node's map
    std::vector<T*> src{};                      ///< of the sources, to be written; zeros before
    std::array<T*, member_count> parameters{};  ///< by Member, to be written

    [[nodiscard]] T* parameter(Member member) const { return parameters[static_cast<std::size_t>(member)]; }
};

/// The slow kernels of an operation: `forward<Activations>(at, dst)` and `backward<Activations>(at, gradients)`, with
/// the network's list of activations.
template <class Descriptor>
struct SlowKernels;

}  // namespace residua::detail::inline RESIDUA_ISA
