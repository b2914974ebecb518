#pragma once

#include <algorithm>
#include <vector>

#include <residua/exec/parallel.hpp>
#include <residua/op/conv/run_packing.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Packs all with so many threads, and calls `done` with weights that have been read, from any of them.
template <class Done>
void pack_all(const std::vector<ConvPacking>& packings, int threads, const Done& done) {
    constexpr long chunk_floats = 1L << 18;
    struct Chunk {
        const ConvPacking* packing;
        int first;
        int last;
    };
    std::vector<Chunk> chunks;
    for (const ConvPacking& packing : packings) {
        const int tiles = packing.order.tiles();
        const long tile = static_cast<long>(packing.unpacked(0, 1).size());
        const int step = static_cast<int>(std::max(chunk_floats / tile, 1L));
        for (int first = 0; first < tiles; first += step)
            chunks.push_back({&packing, first, std::min(first + step, tiles)});
    }
    const auto pack = [&](int, int number, int) {
        const Chunk& chunk = chunks[static_cast<std::size_t>(number)];
        chunk.packing->pack(chunk.first, chunk.last);
        done(chunk.packing->unpacked(chunk.first, chunk.last));
    };
    Team(threads, 1)
        .run(
            1, [&](int) { return static_cast<int>(chunks.size()); }, pack);
}

}  // namespace residua::detail::inline RESIDUA_ISA
