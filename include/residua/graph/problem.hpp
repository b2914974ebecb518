#pragma once

#include <residua/graph/chw.hpp>

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

/// Where in the network, as a person counts: the entry of Network<Input, 1, 2, 3...>, the block of a Stage (0: none),
/// the layer of that block or sequence (0: the block itself).
struct Position {
    int entry = 0;
    int block = 0;
    int layer = 0;
};

}  // namespace residua::detail::inline RESIDUA_ISA
