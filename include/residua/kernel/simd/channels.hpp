#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#include <residua/simd/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Sixteen lanes of set bits, then sixteen of none.
inline constexpr auto lanes_to_keep = [] {
    std::array<float, 2 * channel_block> lanes{};
    std::fill_n(lanes.begin(), channel_block, std::bit_cast<float>(~std::uint32_t{0}));
    return lanes;
}();

/// The channels that a block of a map has. Lanes behind the last one, of a `partial` map, have to be zero in every map:
/// the next convolution multiplies them by zeros, and zero times infinity or NaN would reach its results. Whatever may
/// write something else, products of infinities or a function that is not finite at zero, clears them.
template <bool partial>
struct Channels {
    RESIDUA_INLINE Channels(int, int) {}
    RESIDUA_INLINE Pack only(Pack value) const { return value; }
};

template <>
struct Channels<true> {
    Pack mask;

    /// Of one block of a map with so many channels.
    RESIDUA_INLINE Channels(int block, int channels)
        : mask{Pack::load_unaligned(lanes_to_keep.data() + channel_block -
                                    std::min(channels - block * channel_block, channel_block))} {}
    RESIDUA_INLINE Pack only(Pack value) const { return value & mask; }
};

}  // namespace residua::detail::inline RESIDUA_ISA
