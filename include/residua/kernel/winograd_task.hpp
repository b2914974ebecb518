#pragma once

#include <cstddef>

#include <residua/kernel/conv_task.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What a convolution by minimal filtering does. Patches of m x m results are numbered row by row, image by image.
struct WinogradTask {
    const float* src = nullptr;  ///< pixel (0, 0) of the first image
    std::ptrdiff_t src_image = 0;
    std::ptrdiff_t src_block = 0;
    std::ptrdiff_t src_row = 0;
    int src_rows = 0;
    int src_columns = 0;
    int src_blocks = 0;
    int padding = 0;
    /// [tile of dst blocks][position][src block][channel][dst block of tile][16], or bare kernels,
    /// [tile of dst blocks][src block][channel][dst block of tile][tap][16]
    const float* weight = nullptr;
    float* dst = nullptr;  ///< pixel (0, 0) of the first image
    std::ptrdiff_t dst_image = 0;
    std::ptrdiff_t dst_block = 0;
    std::ptrdiff_t dst_row = 0;
    int dst_rows = 0;
    int dst_columns = 0;
    int first_tile = 0;  ///< tiles of dst blocks
    int last_tile = 0;
    int first_patch = 0;
    int last_patch = 0;
    int group = 1;             ///< patches that go through the products together
    float* scratch = nullptr;  ///< winograd_scratch() floats
    Ahead* ahead = nullptr;
};

/// The sources of a few images as minimal filtering reads them.
struct WinogradSources {
    MapsView<const float> maps{};
    int padding = 0;           ///< that patches reach beyond the map
    bool frames_hold = false;  ///< the frames hold the padding: they are part of the map
};

/// Part of the results of a few images.
struct WinogradPart {
    Pieces tiles{};
    Pieces patches{};
    int group = 1;
};

/// From sources to results.
inline WinogradTask winograd_task(const WinogradSources& sources, const float* weight, const MapsView<float>& results,
                                  const WinogradPart& part, float* scratch, Ahead* ahead = nullptr) {
    const MapView<const float>& src = sources.maps.first;
    const MapView<float>& dst = results.first;
    const int frame = sources.frames_hold ? src.layout.halo : 0;
    return {.src = src.at(0, -frame, -frame),
            .src_image = sources.maps.step,
            .src_block = src.block_step(),
            .src_row = src.row_step(),
            .src_rows = src.layout.shape.h + 2 * frame,
            .src_columns = src.layout.shape.w + 2 * frame,
            .src_blocks = src.layout.blocks(),
            .padding = sources.frames_hold ? 0 : sources.padding,
            .weight = weight,
            .dst = dst.at(0, 0),
            .dst_image = results.step,
            .dst_block = dst.block_step(),
            .dst_row = dst.row_step(),
            .dst_rows = dst.layout.shape.h,
            .dst_columns = dst.layout.shape.w,
            .first_tile = part.tiles.first,
            .last_tile = part.tiles.last,
            .first_patch = part.patches.first,
            .last_patch = part.patches.last,
            .group = part.group,
            .scratch = scratch,
            .ahead = ahead};
}

}  // namespace residua::detail::inline RESIDUA_ISA
