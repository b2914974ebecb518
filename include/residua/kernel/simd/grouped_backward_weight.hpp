#pragma once

#include <algorithm>
#include <cstddef>

#include <residua/kernel/simd/conv_backward_weight.hpp>
#include <residua/kernel/simd/grouped_conv.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The gradient of a grouped convolution's weights, of some taps of one slot, from some rows of a block.
struct GroupedGradientTask {
    const float* src = nullptr;  ///< source vector of the first pixel's first tap
    std::ptrdiff_t src_row = 0;
    int step = 1;  ///< source vectors, and rows, from pixel to pixel
    const float* grad_dst = nullptr;
    std::ptrdiff_t grad_row = 0;
    int rows = 0;
    int columns = 0;
    float* sums = nullptr;         ///< [tap][lane exchanged][16] of the first row of taps
    std::ptrdiff_t sums_step = 0;  ///< to the next row of taps
    bool starts = false;           ///< with zeros, not with what is in sums
};

/// Sums that are in registers at a time.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int most_grouped_sums = 24;
#else
inline constexpr int most_grouped_sums = 9;
#endif

/// Rows of taps that are summed up together; where lanes are exchanged there are enough sums without.
constexpr int tap_rows_together(GroupedKernel kernel) {
    return kernel.lanes == 1 && 3 * kernel.row_taps <= most_grouped_sums ? 3 : 1;
}

/// Products of a few rows of taps with a gradient whose lanes are exchanged by `lane`, `lane` + 1, ...; where a group
/// fills the block, with channels `lane`, ... of the source instead, from which the task then begins.
template <GroupedKernel kernel, int tap_rows, int lane, int lanes>
void grouped_products(const GroupedGradientTask& task, int part) {
    constexpr int taps = kernel.row_taps;
    constexpr bool broadcast = kernel.lanes == channel_block;
    const std::ptrdiff_t pixel = std::ptrdiff_t{kernel.stride == 0 ? task.step : kernel.stride} * channel_block;
    const int offset = part * PackPart::size;
    const auto sum_at = [&](int row, int tap, int i) RESIDUA_INLINE_LAMBDA {
        return task.sums + row * task.sums_step + (tap * kernel.lanes + lane + i) * channel_block + offset;
    };
    Row<Grid<PackPart, taps, lanes>, tap_rows> sum;
    const auto for_taps = [&](const auto& visit) RESIDUA_INLINE_LAMBDA {
        unroll<tap_rows>([&](int row) RESIDUA_INLINE_LAMBDA {
            unroll<taps>([&](int tap) RESIDUA_INLINE_LAMBDA { visit(row, tap); });
        });
    };
    for_taps([&](int row, int tap) RESIDUA_INLINE_LAMBDA {
        unroll<lanes>([&](int i) RESIDUA_INLINE_LAMBDA {
            sum[row][tap][i] = task.starts ? PackPart::zero() : PackPart::load(sum_at(row, tap, i));
        });
    });
    for (int row = 0; row < task.rows; ++row) {
        const float* src = task.src + row * task.step * task.src_row + (broadcast ? 0 : offset);
        const float* grad = task.grad_dst + row * task.grad_row;
        for (int column = 0; column < task.columns; ++column, src += pixel, grad += channel_block) {
            const PackPart gradient = detail::load_exchanged<lane>(grad, part);
            Row<Register, lanes> value;
            unroll<lanes>([&](auto i) RESIDUA_INLINE_LAMBDA {
                constexpr int distance = broadcast ? 0 : decltype(i)::value;
                value[i] = detail::exchange<distance>(gradient).registers[0];
            });
            for_taps([&](int tap_row, int tap) RESIDUA_INLINE_LAMBDA {
                const float* from = src + tap_row * task.src_row + tap * channel_block;
                unroll<lanes>([&](int i) RESIDUA_INLINE_LAMBDA {
                    Register& to = sum[tap_row][tap][i].registers[0];
                    const Register factor = broadcast ? Register(from[i]) : Register::load_aligned(from);
                    to = detail::fma(factor, value[i], to);
                });
            });
        }
    }
    for_taps([&](int row, int tap) RESIDUA_INLINE_LAMBDA {
        unroll<lanes>([&](int i) RESIDUA_INLINE_LAMBDA { sum[row][tap][i].store(sum_at(row, tap, i)); });
    });
}

/// All lanes of a few rows of taps.
template <GroupedKernel kernel, int tap_rows>
void grouped_products_of_rows(GroupedGradientTask task, int row_taps) {
    constexpr int lanes = detail::exchanged_together(kernel, tap_rows * kernel.row_taps, most_grouped_sums);
    for (int tap = 0; tap < row_taps; tap += kernel.row_taps) {
        for (int part = 0; part < Pack::register_count; ++part)
            if constexpr (kernel.lanes == channel_block) {
                GroupedGradientTask some = task;
                for (int lane = 0; lane < channel_block; lane += lanes) {
                    detail::grouped_products<kernel, tap_rows, 0, lanes>(some, part);
                    some.src += lanes;
                    some.sums += lanes * channel_block;
                }
            } else {
                unroll<kernel.lanes / lanes>([&](auto group) {
                    detail::grouped_products<kernel, tap_rows, decltype(group)::value * lanes, lanes>(task, part);
                });
            }
        task.src += kernel.row_taps * channel_block;
        task.sums += kernel.row_taps * kernel.lanes * channel_block;
    }
}

/// All taps and slots of some rows of a block; the task is that of the first ones.
template <GroupedKernel kernel>
void grouped_products_of_block(const Slide& slide, std::ptrdiff_t slot_step, const GroupedGradientTask& task) {
    constexpr int together = tap_rows_together(kernel);
    const std::ptrdiff_t slot_sums = std::ptrdiff_t{slide.columns.kernel} * slide.lanes * channel_block;
    for (int slot = 0; slot < slide.slots(); ++slot) {
        GroupedGradientTask one = task;
        one.src += slot * slot_step;
        one.sums += slot * slot_sums;
        int left = slide.rows.kernel;
        for (; left >= together; left -= together) {
            detail::grouped_products_of_rows<kernel, together>(one, slide.columns.kernel);
            one.src += together * task.src_row;
            one.sums += together * task.sums_step;
        }
        if constexpr (together > 1)
            for (; left > 0; --left, one.src += task.src_row, one.sums += task.sums_step)
                detail::grouped_products_of_rows<kernel, 1>(one, slide.columns.kernel);
    }
}

/// The gradient of a grouped convolution's weights from one image: products of source vectors and of gradients whose
/// lanes are exchanged stay in registers while some rows pass.
/// Shapes: as in the convolution, src and grad_dst blocked; sums as pack_grouped has them, but lane by lane of the
/// source; unpack_grouped takes them apart. Reads: src, grad_dst. Accumulates: sums, or writes them if it `starts`.
/// Writes: scratch, grouped_scratch floats. Requires: as grouped_conv. Sums run over rows, then columns.
template <GroupedKernel kernel>
void grouped_backward_weight(const GroupedConv& conv, const MapView<const float>& src,
                             const MapView<const float>& grad_dst, bool starts, float* sums, float* scratch) {
    const Slide slide = Slide::forward(conv);
    const Strip strip = Strip::of(slide);
    // What is read from the map had better be near, as there; a strip is, and its rows overlap the next one's.
    const int together = slide.reads_map(src.layout) ? detail::near_part(slide.dst.h, slide.dst.w) : strip.rows;
    for (int block = 0; block < grad_dst.layout.blocks(); ++block, sums += slide.block_weights())
        for (int first = 0; first < slide.dst.h; first += together) {
            const int last = std::min(first + together, slide.dst.h);
            const SourceVectors vectors =
                detail::source_vectors<kernel.lanes>(slide, strip, src, block, first, last, scratch);
            detail::grouped_products_of_block<kernel>(
                slide, vectors.slot_step,
                {.src = vectors.at(slide.rows.first(first), slide.columns.first(0)),
                 .src_row = vectors.row_step,
                 .step = slide.rows.stride,
                 .grad_dst = grad_dst.at(block, first),
                 .grad_row = grad_dst.row_step(),
                 .rows = last - first,
                 .columns = slide.dst.w,
                 .sums = sums,
                 .sums_step = std::ptrdiff_t{slide.columns.kernel} * slide.src_channels * channel_block,
                 .starts = starts && first == 0});
        }
}

}  // namespace residua::detail::inline RESIDUA_ISA
