#pragma once

#include <residua/kernel/view.hpp>
#include <residua/simd/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Copies a map, or adds it to another.
/// Shapes: alike, blocked. Reads: src. Writes: dst, or adds to it if `accumulates`. Requires: 64-byte alignment.
template <bool accumulates>
void copy_map(const MapView<const float>& src, const MapView<float>& dst) {
    const int columns = src.layout.shape.w * channel_block;
    for (int block = 0; block < src.layout.blocks(); ++block)
        for (int row = 0; row < src.layout.shape.h; ++row) {
            const float* from = src.at(block, row);
            float* to = dst.at(block, row);
            for (int i = 0; i < columns; i += channel_block) {
                Pack value = Pack::load(from + i);
                if constexpr (accumulates) value += Pack::load(to + i);
                value.store(to + i);
            }
        }
}

}  // namespace residua::detail::inline RESIDUA_ISA
