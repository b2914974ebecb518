#pragma once

#include <cstddef>

#include <residua/geometry/layout.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// One image's map in memory.
template <class T>
struct MapView {
    T* data = nullptr;  ///< first float of the map, frame included
    Layout layout{};

    [[nodiscard]] constexpr std::ptrdiff_t block_step() const { return layout.block(); }
    [[nodiscard]] constexpr std::ptrdiff_t row_step() const { return layout.row(); }
    [[nodiscard]] constexpr int pixel_step() const { return layout.pixel(); }
    /// First channel of a pixel.
    [[nodiscard]] constexpr T* at(int block, int row, int column = 0) const {
        return data + layout.origin() + block * block_step() + row * row_step() + std::ptrdiff_t{column} * pixel_step();
    }
    constexpr operator MapView<const T>() const { return {data, layout}; }  // NOLINT: reading is always allowed
};

/// Maps of images that follow one another in memory.
template <class T>
struct MapsView {
    MapView<T> first{};
    std::ptrdiff_t step = 0;  ///< floats from one image's map to the next
    int count = 1;

    [[nodiscard]] constexpr MapView<T> at(int image) const { return {first.data + image * step, first.layout}; }
    constexpr operator MapsView<const T>() const { return {first, step, count}; }  // NOLINT: reading is always allowed
};

}  // namespace residua::detail::inline RESIDUA_ISA
