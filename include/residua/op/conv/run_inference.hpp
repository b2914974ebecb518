#pragma once

#include <residua/kernel/simd/conv.hpp>
#include <residua/kernel/simd/finish.hpp>
#include <residua/kernel/simd/winograd.hpp>
#include <residua/op/bound_step.hpp>

namespace residua::detail::inline RESIDUA_ISA {

inline PackedTaps packed_taps(const BoundStep& step) { return {step.weight, step.taps, step.tap_count}; }

template <Tiling tiling, auto finish, bool partial>
void run_conv(const BoundStep& step, const Share& share) {
    const Chw shape = step.dst.shape;
    const ConvPart part{
        .rows = pieces_of(step.flat ? 1 : shape.h, !step.by_tiles && !step.flat, share),
        .columns = pieces_of(step.flat ? shape.h * shape.w : shape.w, !step.by_tiles && step.flat, share),
        .tiles = pieces_of(step.dst.blocks() / tiling.dst_blocks, step.by_tiles, share)};
    for_images(step, share, [&](const auto& src, const auto& skip, const auto& dst) {
        conv<tiling>(conv_task(src, step.window, packed_taps(step), dst, part),
                     Finish<finish, partial>{step.bias, shape.c, skip});
    });
}

/// A linear layer takes all images at once for the columns of a row, or, with a shortcut, one after the other.
template <Tiling tiling, auto finish, bool partial>
void run_linear(const BoundStep& step, const Share& share) {
    const Pieces tiles = pieces_of(step.dst.blocks() / tiling.dst_blocks, true, share);
    const int together = has_variable<finish, 2> ? 1 : share.images;
    for (int image = 0; image < share.images; image += together)
        conv<tiling>(
            linear_task(source(step, share, image), packed_taps(step), target(step, share, image), together, tiles),
            Finish<finish, partial>{step.bias, step.dst.shape.c, shortcut(step, share, image)});
}

template <int m, Tiling tiling, bool bare, auto finish, bool partial>
void run_winograd(const BoundStep& step, const Share& share) {
    const BoundOffsets& offsets = share.offsets(step);
    const MapView<float> dst = target(step, share, 0);
    const WinogradPart part{
        .tiles = pieces_of(dst.layout.blocks() / tiling.dst_blocks, step.by_tiles, share),
        .patches = pieces_of(share.images * patch_count(dst.layout.shape, m), !step.by_tiles, share),
        .group = offsets.patches};
    for (int image = 0; share.part == 0 && image < share.images; ++image) clear_frame(target(step, share, image));
    const WinogradSources sources{{source(step, share, 0), offsets.src.step, share.images}, step.window.padding};
    const WinogradTask task =
        winograd_task(sources, step.weight, {dst, offsets.dst.step, share.images}, part, share.scratch);
    winograd_conv<m, tiling, bare>(task, [&](int image) {
        return Finish<finish, partial>{step.bias, dst.layout.shape.c, shortcut(step, share, image)};
    });
}

}  // namespace residua::detail::inline RESIDUA_ISA
