#pragma once

#include <residua/exec/activated.hpp>
#include <residua/exec/bound_step.hpp>
#include <residua/kernel/simd/border.hpp>
#include <residua/kernel/simd/conv.hpp>
#include <residua/kernel/simd/elementwise.hpp>
#include <residua/kernel/simd/finish.hpp>
#include <residua/kernel/simd/pool.hpp>
#include <residua/kernel/simd/shortcut_a.hpp>
#include <residua/kernel/simd/winograd.hpp>
#include <residua/plan/inference_kernels.hpp>

namespace residua::detail::inline RESIDUA_ISA {

inline MapView<const float> source(const BoundStep& step, const Share& share, int image) {
    return {share.map(share.places(step).src, image), step.src};
}
inline MapView<const float> shortcut(const BoundStep& step, const Share& share, int image) {
    return {share.map(share.places(step).skip, image), step.skip};
}
inline MapView<float> target(const BoundStep& step, const Share& share, int image) {
    return {share.map(share.places(step).dst, image), step.dst};
}

/// Calls `run(src, shortcut, dst)` with the maps of one image after another, the frame of dst cleared.
template <class Run>
void for_images(const BoundStep& step, const Share& share, const Run& run) {
    for (int image = 0; image < share.images; ++image) {
        const MapView<float> dst = target(step, share, image);
        if (share.part == 0) clear_frame(dst);
        run(source(step, share, image), shortcut(step, share, image), dst);
    }
}

/// A range of pieces.
struct Pieces {
    int first;
    int last;

    /// A part's share of them, or all of them.
    static constexpr Pieces of(int count, bool shared, const Share& share) {
        return shared ? Pieces{share.first(count), share.last(count)} : Pieces{0, count};
    }
};

template <Tiling tiling, auto finish>
void run_conv(const BoundStep& step, const Share& share) {
    const Chw shape = step.dst.shape;
    const Pieces tiles = Pieces::of(step.dst.blocks() / tiling.dst_blocks, step.by_tiles, share);
    const Pieces rows = Pieces::of(step.flat ? 1 : shape.h, !step.by_tiles && !step.flat, share);
    const Pieces columns = Pieces::of(step.flat ? shape.h * shape.w : shape.w, !step.by_tiles && step.flat, share);
    for_images(step, share, [&](const auto& src, const auto& skip, const auto& dst) {
        const ConvTask task{.src = src.at(0, -step.window.padding, -step.window.padding),
                            .src_block = src.block_step(),
                            .src_row = step.window.stride * src.row_step(),
                            .taps = step.taps,
                            .tap_count = step.tap_count,
                            .src_blocks = src.layout.blocks(),
                            .weight = step.weight,
                            .dst = dst.at(0, 0),
                            .dst_block = dst.block_step(),
                            .dst_row = dst.row_step(),
                            .dst_pixel = channel_block,
                            .first_column = columns.first,
                            .last_column = columns.last,
                            .first_row = rows.first,
                            .last_row = rows.last,
                            .first_tile = tiles.first,
                            .last_tile = tiles.last};
        conv<tiling>(task, Finish<finish>{step.bias, skip});
    });
}

/// A linear layer takes all images at once for the columns of a row, or, with a shortcut, one after the other.
template <Tiling tiling, auto finish>
void run_linear(const BoundStep& step, const Share& share) {
    const Pieces tiles = Pieces::of(step.dst.blocks() / tiling.dst_blocks, true, share);
    const bool adds = variable_count < finish >> 2;
    for (int image = 0; image < share.images; image += adds ? 1 : share.images) {
        const MapView<const float> src = source(step, share, image);
        const MapView<float> dst = target(step, share, image);
        const ConvTask task{.src = src.at(0, 0),
                            .src_block = src.block_step(),
                            .taps = step.taps,
                            .tap_count = step.tap_count,
                            .src_blocks = src.layout.blocks(),
                            .weight = step.weight,
                            .dst = dst.at(0, 0),
                            .dst_block = dst.block_step(),
                            .dst_pixel = dst.layout.count(),
                            .last_column = adds ? 1 : share.images,
                            .last_row = 1,
                            .first_tile = tiles.first,
                            .last_tile = tiles.last};
        conv<tiling>(task, Finish<finish>{step.bias, shortcut(step, share, image)});
    }
}

template <int m, Tiling tiling, bool bare, auto finish>
void run_winograd(const BoundStep& step, const Share& share) {
    const BoundPlaces& places = share.places(step);
    const MapView<const float> src = source(step, share, 0);
    const MapView<float> dst = target(step, share, 0);
    const Pieces tiles = Pieces::of(dst.layout.blocks() / tiling.dst_blocks, step.by_tiles, share);
    const Pieces patches = Pieces::of(share.images * patch_count(dst.layout.shape, m), !step.by_tiles, share);
    for (int image = 0; share.part == 0 && image < share.images; ++image) clear_frame(target(step, share, image));
    const WinogradTask task{.src = src.at(0, 0),
                            .src_image = places.src.image,
                            .src_block = src.block_step(),
                            .src_row = src.row_step(),
                            .src_rows = src.layout.shape.h,
                            .src_columns = src.layout.shape.w,
                            .src_blocks = src.layout.blocks(),
                            .padding = step.window.padding,
                            .weight = step.weight,
                            .dst = dst.at(0, 0),
                            .dst_image = places.dst.image,
                            .dst_block = dst.block_step(),
                            .dst_row = dst.row_step(),
                            .dst_rows = dst.layout.shape.h,
                            .dst_columns = dst.layout.shape.w,
                            .first_tile = tiles.first,
                            .last_tile = tiles.last,
                            .first_patch = patches.first,
                            .last_patch = patches.last,
                            .group = places.patches,
                            .scratch = share.scratch};
    winograd_conv<m, tiling, bare>(task, [&](int image) {
        return Finish<finish>{step.bias, shortcut(step, share, image)};
    });
}

template <auto expression>
void run_elementwise(const BoundStep& step, const Share& share) {
    const int rows = step.dst.shape.h;
    for_images(step, share, [&](const auto& src, const auto& skip, const auto& dst) {
        elementwise<expression>(src, step.weight, step.bias, skip, dst, share.first(rows), share.last(rows));
    });
}

inline void run_max_pool(const BoundStep& step, const Share& share) {
    const int rows = step.dst.shape.h;
    for_images(step, share, [&](const auto& src, const auto&, const auto& dst) {
        max_pool(src, dst, step.window, share.first(rows), share.last(rows));
    });
}

inline void run_avg_pool(const BoundStep& step, const Share& share) {
    const int blocks = step.dst.blocks();
    for_images(step, share, [&](const auto& src, const auto&, const auto& dst) {
        avg_pool(src, dst, step.window, share.first(blocks), share.last(blocks));
    });
}

inline void run_shortcut_a(const BoundStep& step, const Share& share) {
    if (share.part != 0) return;
    for_images(step, share,
               [&](const auto& src, const auto&, const auto& dst) { shortcut_a(src, dst, step.window.stride); });
}

/// The function that runs a kernel.
template <class Net, InferenceKernel kernel>
constexpr RunStep run_function() {
    using namespace variables;
    if constexpr (is_conv(kernel.op)) {
        constexpr auto sum = [] {
            if constexpr (kernel.skip)
                return x0 + x1 + x2;
            else
                return x0 + x1;
        }();
        constexpr auto finish = activated<Net, kernel.activation>(sum);
        if constexpr (kernel.op == Op::linear)
            return run_linear<kernel.tiling, finish>;
        else if constexpr (kernel.algorithm == Algorithm::direct)
            return run_conv<kernel.tiling, finish>;
        else
            return run_winograd<patch_size(kernel.algorithm), kernel.tiling, kernel.bare, finish>;
    } else if constexpr (kernel.op == Op::activation) {
        constexpr auto sum = [] {
            if constexpr (kernel.skip)
                return x0 * x1 + x2 + x3;
            else
                return x0 * x1 + x2;
        }();
        return run_elementwise<activated<Net, kernel.activation>(sum)>;
    } else if constexpr (kernel.op == Op::max_pool) {
        return run_max_pool;
    } else if constexpr (kernel.op == Op::avg_pool) {
        return run_avg_pool;
    } else {
        static_assert(kernel.op == Op::shortcut_a);
        return run_shortcut_a;
    }
}

template <class Net, int... indices>
constexpr auto list_run_functions(std::integer_sequence<int, indices...>) {
    return std::array<RunStep, sizeof...(indices)>{run_function<Net, inference_kernels<Net>.values[indices]>()...};
}

/// One function per distinct kernel of the network.
template <class Net>
inline constexpr auto run_functions =
    list_run_functions<Net>(std::make_integer_sequence<int, inference_kernels<Net>.count>{});

}  // namespace residua::detail::inline RESIDUA_ISA
