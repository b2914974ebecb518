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

inline MapView<const float> source(const BoundStep& step, const Share& share) {
    return {share.arena + step.src_offset, step.src};
}
inline MapView<const float> shortcut(const BoundStep& step, const Share& share) {
    return {share.arena + step.skip_offset, step.skip};
}
inline MapView<float> target(const BoundStep& step, const Share& share) {
    return {share.arena + step.dst_offset, step.dst};
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
    const MapView<const float> src = source(step, share);
    const MapView<float> dst = target(step, share);
    const Chw shape = dst.layout.shape;
    const Pieces tiles = Pieces::of(dst.layout.blocks() / tiling.dst_blocks, step.by_tiles, share);
    const Pieces rows = Pieces::of(step.flat ? 1 : shape.h, !step.by_tiles && !step.flat, share);
    const Pieces columns = Pieces::of(step.flat ? shape.h * shape.w : shape.w, !step.by_tiles && step.flat, share);
    if (share.part == 0) clear_frame(dst);
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
    conv<tiling.dst_blocks, tiling.width, tiling.run, tiling.pixel>(task,
                                                                    Finish<finish>{step.bias, shortcut(step, share)});
}

template <int m, Tiling tiling, auto finish>
void run_winograd(const BoundStep& step, const Share& share) {
    const MapView<const float> src = source(step, share);
    const MapView<float> dst = target(step, share);
    const Pieces tiles = Pieces::of(dst.layout.blocks() / tiling.dst_blocks, step.by_tiles, share);
    const Pieces patches = Pieces::of(patch_count(dst.layout.shape, m), !step.by_tiles, share);
    if (share.part == 0) clear_frame(dst);
    const WinogradTask task{.src = src.at(0, 0),
                            .src_block = src.block_step(),
                            .src_row = src.row_step(),
                            .src_rows = src.layout.shape.h,
                            .src_columns = src.layout.shape.w,
                            .src_blocks = src.layout.blocks(),
                            .padding = step.window.padding,
                            .weight = step.weight,
                            .dst = dst.at(0, 0),
                            .dst_block = dst.block_step(),
                            .dst_row = dst.row_step(),
                            .dst_rows = dst.layout.shape.h,
                            .dst_columns = dst.layout.shape.w,
                            .first_tile = tiles.first,
                            .last_tile = tiles.last,
                            .first_patch = patches.first,
                            .last_patch = patches.last,
                            .group = step.group,
                            .scratch = share.scratch};
    winograd_conv<m, tiling.dst_blocks, tiling.width>(task, [&](int) {
        return Finish<finish>{step.bias, shortcut(step, share)};
    });
}

template <auto expression>
void run_elementwise(const BoundStep& step, const Share& share) {
    const MapView<float> dst = target(step, share);
    if (share.part == 0) clear_frame(dst);
    const int rows = dst.layout.shape.h;
    elementwise<expression>(source(step, share), step.weight, step.bias, shortcut(step, share), dst, share.first(rows),
                            share.last(rows));
}

inline void run_max_pool(const BoundStep& step, const Share& share) {
    const MapView<float> dst = target(step, share);
    const int blocks = dst.layout.blocks();
    if (share.part == 0) clear_frame(dst);
    max_pool(source(step, share), dst, step.window, share.first(blocks), share.last(blocks));
}

inline void run_avg_pool(const BoundStep& step, const Share& share) {
    const MapView<float> dst = target(step, share);
    const int blocks = dst.layout.blocks();
    if (share.part == 0) clear_frame(dst);
    avg_pool(source(step, share), dst, step.window, share.first(blocks), share.last(blocks));
}

inline void run_shortcut_a(const BoundStep& step, const Share& share) {
    if (share.part != 0) return;
    const MapView<float> dst = target(step, share);
    clear_frame(dst);
    shortcut_a(source(step, share), dst, step.window.stride);
}

/// The function that runs a kernel.
template <class Net, InferenceKernel kernel>
constexpr RunStep run_function() {
    if constexpr (kernel.op == Op::conv) {
        constexpr auto sum = [] {
            if constexpr (kernel.skip)
                return x0 + x1 + x2;
            else
                return x0 + x1;
        }();
        constexpr auto finish = activated<Net, kernel.activation>(sum);
        if constexpr (kernel.algorithm == Algorithm::direct)
            return run_conv<kernel.tiling, finish>;
        else
            return run_winograd<patch_size(kernel.algorithm), kernel.tiling, finish>;
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
    return std::array<RunStep, sizeof...(indices)>{
        run_function<Net, inference_kernels<Net>.values[static_cast<std::size_t>(indices)]>()...};
}

/// One function per distinct kernel of the network.
template <class Net>
inline constexpr auto run_functions =
    list_run_functions<Net>(std::make_integer_sequence<int, inference_kernels<Net>.count>{});

}  // namespace residua::detail::inline RESIDUA_ISA
