#pragma once

#include <residua/config.hpp>
#include <residua/geometry/chw.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// So that what follows stays aligned.
constexpr long round_up(long floats) { return (floats + channel_block - 1) / channel_block * channel_block; }

/// How one image's map lies in memory: [block][row][column][16 channels], with a frame of `halo` pixels on all sides.
/// A packed map (the network's input, which has few channels) has one block of pixels of just its channels.
struct Layout {
    Chw shape{};
    int halo = 0;
    bool packed = false;

    [[nodiscard]] constexpr int pixel() const { return packed ? shape.c : channel_block; }
    [[nodiscard]] constexpr int blocks() const { return packed ? 1 : (shape.c + channel_block - 1) / channel_block; }
    [[nodiscard]] constexpr long row() const { return static_cast<long>(shape.w + 2 * halo) * pixel(); }
    [[nodiscard]] constexpr long block() const { return (shape.h + 2 * halo) * row(); }
    /// Position of row 0, column 0, inside the frame.
    [[nodiscard]] constexpr long origin() const { return halo * (row() + pixel()); }
    /// Floats of the map, rounded up so that maps which follow stay aligned.
    [[nodiscard]] constexpr long count() const { return detail::round_up(blocks() * block()); }
    friend constexpr bool operator==(const Layout&, const Layout&) = default;
};

/// Blocks that `channels` fill.
constexpr int block_count(int channels) { return (channels + channel_block - 1) / channel_block; }

/// Whether the last block has lanes without a channel.
constexpr bool is_partial(int channels) { return channels % channel_block != 0; }

/// Floats that may be read behind the last map: a tile of columns can overhang the end of a row.
inline constexpr long overhang = 4096;

}  // namespace residua::detail::inline RESIDUA_ISA
