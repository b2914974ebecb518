#pragma once

#include <algorithm>
#include <cstddef>

#include <residua/kernel/simd/finish.hpp>
#include <residua/kernel/simd/grouped_source.hpp>
#include <residua/kernel/unroll.hpp>
#include <residua/simd/exchange.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What the pixels of a row sum up.
struct GroupedTask {
    const float* src = nullptr;  ///< source vector of the row's first pixel's first tap
    std::ptrdiff_t row_step = 0;
    std::ptrdiff_t slot_step = 0;
    int step = 1;  ///< source vectors from pixel to pixel
    int row_taps = 1;
    int rows = 1;
    int slots = 1;
    const float* weight = nullptr;  ///< [row of taps][slot][tap][lane exchanged][16]
};

/// Lanes exchanged at a time, of each of so many taps, for what each needs to be in registers.
constexpr int exchanged_together(GroupedKernel kernel, int taps, int registers) {
    int together = std::min(kernel.lanes, PackPart::size);
    while (together > 1 && together * taps > registers) together /= 2;
    return together;
}

/// Weights that are in registers at a time.
#if defined(__AVX512F__) || defined(__aarch64__)
inline constexpr int most_grouped_weights = 12;
#else
inline constexpr int most_grouped_weights = 3;
#endif

/// Adds products of some taps of a row to all pixels of a tile: `values(column, value)` gets what weight(tap, i) meets
/// in a column as value[i]. Registers, not packs of one: there are hundreds of products, and each function that
/// vanishes takes the compiler its time.
template <GroupedKernel kernel, int width, int lanes, class Weight, class Values>
RESIDUA_INLINE void add_taps(const Weight& weight, const Values& values, Row<PackPart, width>& sum) {
    constexpr int taps = kernel.row_taps;
    constexpr int stride = taps == 1 ? 1 : kernel.stride;  // of single taps only the pixels that they meet are visited
    Grid<Register, taps, lanes> w;
    unroll<taps>([&](int tap) RESIDUA_INLINE_LAMBDA {
        unroll<lanes>([&](int i) RESIDUA_INLINE_LAMBDA { w[tap][i] = weight(tap, i).registers[0]; });
    });
    unroll<(width - 1) * stride + taps>([&](int column) RESIDUA_INLINE_LAMBDA {
        Row<Register, lanes> value;
        values(column, value);
        unroll<taps>([&](int tap) RESIDUA_INLINE_LAMBDA {
            const int from = column - tap;
            if (from < 0 || from % stride != 0 || from / stride >= width) return;
            Register& to = sum[from / stride].registers[0];
            unroll<lanes>([&](int i) RESIDUA_INLINE_LAMBDA { to = detail::fma(value[i], w[tap][i], to); });
        });
    });
}

/// Floats from pixel to pixel, or from column to column where taps are taken together.
template <GroupedKernel kernel>
RESIDUA_INLINE std::ptrdiff_t pixel_of(const GroupedTask& task) {
    return std::ptrdiff_t{kernel.row_taps > 1 ? 1 : kernel.stride == 0 ? task.step : kernel.stride} * channel_block;
}

/// Some taps of a row with all lanes that are exchanged.
template <GroupedKernel kernel, int width>
RESIDUA_INLINE void add_exchanged(const GroupedTask& task, const float* src, const float* weight, int part,
                                  Row<PackPart, width>& sum) {
    constexpr int together = detail::exchanged_together(kernel, kernel.row_taps, most_grouped_weights);
    const std::ptrdiff_t pixel = detail::pixel_of<kernel>(task);
    weight += part * PackPart::size;
    unroll<kernel.lanes / together>([&](auto group) RESIDUA_INLINE_LAMBDA {
        constexpr int lane = decltype(group)::value * together;
        const auto weight_of = [&](int tap, int i) RESIDUA_INLINE_LAMBDA {
            return PackPart::load(weight + (tap * kernel.lanes + lane + i) * channel_block);
        };
        const auto values_of = [&](int column, Row<Register, together>& value) RESIDUA_INLINE_LAMBDA {
            const PackPart first = detail::in_register(detail::load_exchanged<lane>(src + column * pixel, part));
            unroll<together>([&](auto i) RESIDUA_INLINE_LAMBDA {
                value[i] = detail::exchange<decltype(i)::value>(first).registers[0];
            });
        };
        detail::add_taps<kernel, width, together>(weight_of, values_of, sum);
    });
}

/// The same where a group fills the block: all lanes meet each of its channels.
template <GroupedKernel kernel, int width>
RESIDUA_INLINE void add_broadcast(const GroupedTask& task, const float* src, const float* weight, int part,
                                  Row<PackPart, width>& sum) {
    const std::ptrdiff_t pixel = detail::pixel_of<kernel>(task);
    weight += part * PackPart::size;
    for (int channel = 0; channel < channel_block; ++channel, ++src, weight += channel_block)
        detail::add_taps<kernel, width, 1>(
            [&](int tap, int)
                RESIDUA_INLINE_LAMBDA { return PackPart::load(weight + tap * channel_block * channel_block); },
            [&](int column, Row<Register, 1>& value)
                RESIDUA_INLINE_LAMBDA { value[0] = Register(src[column * pixel]); },
            sum);
}

/// Sums of one part of a tile whose first pixel's first source vector is in the corner.
template <GroupedKernel kernel, int width>
RESIDUA_INLINE void sum_part(const GroupedTask& task, const float* corner, int part, Row<PackPart, width>& sum) {
    unroll<width>([&](int i) RESIDUA_INLINE_LAMBDA { sum[i] = PackPart::zero(); });
    const float* weight = task.weight;
    for (int row = 0; row < task.rows; ++row)
        for (int slot = 0; slot < task.slots; ++slot) {
            const float* src = corner + row * task.row_step + slot * task.slot_step;
            const int steps = kernel.row_taps > 1 ? 1 : task.row_taps;  // of all taps of a row, or of one
            for (int step = 0; step < steps; ++step) {
                if constexpr (kernel.lanes == channel_block)
                    detail::add_broadcast<kernel, width>(task, src, weight, part, sum);
                else
                    detail::add_exchanged<kernel, width>(task, src, weight, part, sum);
                src += kernel.row_taps * channel_block;
                weight += kernel.row_taps * kernel.lanes * channel_block;
            }
        }
}

/// Sums of a tile, through memory: this, which is long, is compiled once for all finishes.
template <GroupedKernel kernel, int width>
void sum_products(const GroupedTask& task, const float* corner, float* sums) {
    for (int part = 0; part < Pack::register_count; ++part) {
        Row<PackPart, width> sum;
        detail::sum_part<kernel, width>(task, corner, part, sum);
        unroll<width>([&](int i)
                          RESIDUA_INLINE_LAMBDA { sum[i].store(sums + i * channel_block + part * PackPart::size); });
    }
}

/// Results of one phase in a row.
struct GroupedRow {
    int block = 0;
    int row = 0;
    int first = 0;  ///< its first column
    int step = 1;   ///< columns from one of them to the next
    int count = 0;
};

/// Takes the results [first, last) of a tile.
template <int width, class Results>
RESIDUA_INLINE void take_results(Results& results, const Grid<float, width, channel_block>& sums, const GroupedRow& row,
                                 int begin, int first, int last, float* dst) {
    for (int i = first; i < last; ++i) {
        const int column = row.first + (begin + i) * row.step;
        results.take(Pack::load(sums[i]), row.row, column, dst + std::ptrdiff_t{column} * channel_block);
    }
    results.end();
}

/// One tile of results from the `begin`-th of a row on; those before the `next`-th have been finished.
template <GroupedKernel kernel, int width, Finishing Finish>
void grouped_tile(const GroupedTask& task, const GroupedRow& row, int begin, int next, const Finish& finish,
                  float* dst) {
    const float* const corner = task.src + std::ptrdiff_t{begin} * task.step * channel_block;
    const int column = row.first + begin * row.step;
    const int first = next - begin;
    const int last = std::min(row.count - begin, width);
    alignas(alignment) Grid<float, width, channel_block> sums;
    // Single channels have so few products that a store and a load of their sums would be a large part.
    if constexpr (kernel.lanes == 1 && Pack::register_count == 1 && !Finish::is_long) {
        Row<PackPart, width> sum;
        detail::sum_part<kernel, width>(task, corner, 0, sum);
        auto results = finish.of(row.block, row.row, column, sum[0]);
        if (last - first == width) {
            float* to = dst + std::ptrdiff_t{column} * channel_block;
            const std::ptrdiff_t pixel = std::ptrdiff_t{row.step} * channel_block;
            unroll<width>([&](int i) RESIDUA_INLINE_LAMBDA {
                results.take(sum[i], row.row, column + i * row.step, to);
                to += pixel;
            });
            results.end();
            return;
        }
        unroll<width>([&](int i) RESIDUA_INLINE_LAMBDA { sum[i].store(sums[i]); });
        detail::take_results<width>(results, sums, row, begin, first, last, dst);
    } else {
        detail::sum_products<kernel, width>(task, corner, sums[0]);
        auto results = finish.of(row.block, row.row, column, Pack::load(sums[0]));
        detail::take_results<width>(results, sums, row, begin, first, last, dst);
    }
}

/// The results of one phase in a row, divided evenly among tiles if that wastes nothing. Else the last one ends where
/// the columns end and computes some again, for nothing.
template <GroupedKernel kernel, Finishing Finish>
void grouped_row(const GroupedTask& task, const GroupedRow& row, const Finish& finish, float* dst) {
    constexpr int width = grouped_width;
    const int tiles = (row.count + width - 1) / width;
    const int narrower = tiles * (width - 1) <= row.count ? tiles * width - row.count : 0;
    int next = 0;
    for (int i = 0; i < tiles - narrower; ++i, next += width)
        detail::grouped_tile<kernel, width>(task, row, std::max(0, std::min(next, row.count - width)), next, finish,
                                            dst);
    for (int i = 0; i < narrower; ++i, next += width - 1)
        detail::grouped_tile<kernel, width - 1>(task, row, next, next, finish, dst);
}

/// All phases of a row of a block, that of the first column first.
template <GroupedKernel kernel, Finishing Finish>
void slide_row(const Slide& slide, const SourceVectors& src, const float* weight, int block, int row,
               const Finish& finish, float* dst) {
    const int slots = slide.src_channels / kernel.lanes;
    const long tap_weights = 1L * slide.src_channels * channel_block;
    const int row_phase = slide.rows.phase(row);
    const int rows = slide.rows.taps(row_phase);
    weight += slide.rows.taps_before(row_phase) * slide.columns.kernel * tap_weights;
    for (int first = 0; first < std::min(slide.columns.phases(), slide.dst.w); ++first) {
        const int phase = slide.columns.phase(first);
        const GroupedTask task{.src = src.at(slide.rows.first(row), slide.columns.first(first)),
                               .row_step = src.row_step,
                               .slot_step = src.slot_step,
                               .step = slide.columns.step(),
                               .row_taps = slide.columns.taps(phase),
                               .rows = rows,
                               .slots = slots,
                               .weight = weight + rows * slide.columns.taps_before(phase) * tap_weights};
        detail::grouped_row<kernel>(
            task, {block, row, first, slide.columns.phases(), slide.columns.results(first, slide.dst.w)}, finish, dst);
    }
}

/// Result rows [first, last) of all blocks.
template <GroupedKernel kernel, Finishing Finish>
void slide_rows(const Slide& slide, const MapView<const float>& src, const float* packed, const MapView<float>& dst,
                int first, int last, const Finish& finish, float* scratch) {
    const Strip strip = Strip::of(slide);
    const int together = slide.reads_map(src.layout) ? slide.dst.h : strip.rows;
    for (int block = 0; block < dst.layout.blocks(); ++block, packed += slide.block_weights())
        for (int begin = first; begin < last; begin += together) {
            const int end = std::min(begin + together, last);
            const SourceVectors vectors =
                detail::source_vectors<kernel.lanes>(slide, strip, src, block, begin, end, scratch);
            for (int row = begin; row < end; ++row)
                detail::slide_row<kernel>(slide, vectors, packed, block, row, finish, dst.at(block, row));
        }
}

/// Grouped convolution: a tile of pixels of one block stays in registers while the rows of the kernel, the source
/// vectors of the pixel, the taps of a row and the lanes exchanged pass.
/// Shapes: as in the convolution, src and dst blocked; packed as pack_grouped makes it. Reads: src, of tiles wider than
/// the map also up to `overhang` floats behind it (discarded); packed. Writes: dst, what the finish makes of every
/// pixel of rows [first, last); scratch, grouped_scratch floats. Requires: 64-byte alignment; a frame of src, if it has
/// one, of zeros; the kernel that grouped_kernel gives. Sums are the same for whatever rows.
template <GroupedKernel kernel, Finishing Finish>
void grouped_conv(const GroupedConv& conv, const MapView<const float>& src, const float* packed,
                  const MapView<float>& dst, int first, int last, const Finish& finish, float* scratch) {
    detail::slide_rows<kernel>(Slide::forward(conv), src, packed, dst, first, last, finish, scratch);
}

/// The gradient of its source, the same with the kernels turned round.
/// Shapes: as above, grad_dst as dst and grad_src as src; packed as pack_grouped_backward makes it. Reads: grad_dst, as
/// src above; packed. Writes: grad_src, what the finish makes of every pixel of rows [first, last); scratch,
/// grouped_backward_scratch floats. Requires: as above.
template <GroupedKernel kernel, Finishing Finish>
void grouped_backward_src(const GroupedConv& conv, const MapView<const float>& grad_dst, const float* packed,
                          const MapView<float>& grad_src, int first, int last, const Finish& finish, float* scratch) {
    detail::slide_rows<backward_kernel(kernel)>(Slide::backward(conv), grad_dst, packed, grad_src, first, last, finish,
                                                scratch);
}

}  // namespace residua::detail::inline RESIDUA_ISA
