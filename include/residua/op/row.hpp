#pragma once

#include <array>
#include <string_view>

#include <residua/graph/graph.hpp>
#include <residua/meta/entries.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What an operation is to the passes that plan and run a network.
enum class Role : unsigned char {
    input,     ///< the network's images
    products,  ///< a pass over memory whose results element-wise work can take while they are in registers; has weights
    weighted,  ///< another pass of the kind, with weights and kernels of its own: see FastKernels
    pass,      ///< any other pass over memory
    norm,      ///< element-wise: a scale and a shift for each channel, which follow from statistics
    function,  ///< element-wise: a function of one map
    sum,       ///< element-wise: of two maps
    concat,    ///< the sources' channels one behind another: written there right away, or copied
};

/// What a parameter is to its layer. The running statistics are not trained.
enum class Member : unsigned char { weight, bias, running_mean, running_var };
inline constexpr int member_count = 4;

constexpr bool is_trained(Member member) { return member == Member::weight || member == Member::bias; }

/// A parameter tensor of a node, its shape in PyTorch's order.
struct ParameterShape {
    Member member = Member::weight;
    int rank = 1;
    Row<int, 4> shape{1, 1, 1, 1};

    [[nodiscard]] constexpr long count() const { return 1L * shape[0] * shape[1] * shape[2] * shape[3]; }
};

/// Room for the parameters of a node, in the order of PyTorch's state dict. Functions fill the caller's and return how
/// many there are: to hand them over by value would cost compilers most of what they spend on parameters.
using NodeParameters = Row<ParameterShape, member_count>;

/// What passes may ask of an operation they do not know. Functions take the node and the shape of its first source.
struct OpRow {
    Role role = Role::pass;
    std::string_view word{};               ///< in summaries
    bool shows_window = false;             ///< in summaries, behind the word
    std::string_view setting{};            ///< what a node's setting counts, in summaries
    bool reads_source = false;             ///< on the way back, beside the gradient of its result
    bool takes_images_as_columns = false;  ///< its map is one pixel, so that several images are the columns of a row
    int (*parameters)(const Node& node, Chw src, NodeParameters& shapes) = nullptr;
    long (*multiply_adds)(const Node& node, Chw src) = nullptr;  ///< of one image
};

}  // namespace residua::detail::inline RESIDUA_ISA
