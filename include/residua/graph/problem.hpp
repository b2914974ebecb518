#pragma once

#include <residua/geometry/chw.hpp>
#include <residua/geometry/window.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The ways in which a network can fail to fit. Each has a verdict type of the same name in graph/verdicts.hpp.
enum class Kind : unsigned char {
    Accepted,
    InputMissing,
    LayerUnknown,
    OptionNotTaken,
    SizeNotPositive,
    KernelLargerThanInput,
    SizeNotDivisible,
    LinearAfterMap,
    WidthUnknown,
    BlockMalformed,
    StrideUnused,
    StrideUnknown,
    ChannelsDiffer,
    MapSizesDiffer,
    ShortcutLosesChannels,
    PaddingTooLarge,
    ChannelsNotDivisible,
};

/// What a shape rule found: a kind, and the two shapes (or sizes) that do not agree.
struct Problem {
    Kind kind = Kind::Accepted;
    Chw expected{};
    Chw got{};
};

/// The shape rule of every kernel that slides over a map.
constexpr Problem check_window(const Window& window, Chw in) {
    if (window.kernel_h <= 0 || window.stride <= 0 || window.padding < 0)
        return {Kind::SizeNotPositive, {}, {window.kernel_h, window.stride, window.padding}};
    const Chw padded{0, in.h + 2 * window.padding, in.w + 2 * window.padding};
    if (window.kernel_h > padded.h || window.kernel_w > padded.w)
        return {Kind::KernelLargerThanInput, {0, window.kernel_h, window.kernel_w}, padded};
    return {};
}

/// Where in the network, as a person counts: the entry of Network<Input, 1, 2, 3...>, the block of a Stage (0: none),
/// the layer of that block or sequence (0: the block itself).
struct Position {
    int entry = 0;
    int block = 0;
    int layer = 0;
};

}  // namespace residua::detail::inline RESIDUA_ISA
