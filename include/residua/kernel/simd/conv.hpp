#pragma once

#include <algorithm>
#include <cstddef>

#include <residua/kernel/conv_task.hpp>
#include <residua/kernel/simd/finish.hpp>
#include <residua/kernel/unroll.hpp>
#include <residua/simd/pack.hpp>
#include <residua/simd/tiling.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The weights behind those of a tile, which the next tile, or the next product, will need. They are fetched into the
/// cache while the tile is computed, a part in each of the passes over the tile's own weights: otherwise the first pass
/// waits for memory and the others leave it idle.
class WeightsAhead {
  public:
    /// What one pass fetches.
    class Part {
      public:
        Part(const float* next, int lines) : next_{next}, lines_{lines} {}

        /// Goes one step on.
        RESIDUA_INLINE void fetch() {
            for (int i = 0; i < lines_; ++i, next_ += channel_block) __builtin_prefetch(next_);
        }

      private:
        const float* next_;
        int lines_;
    };

    /// For passes that go through the weights in so many steps of so many cache lines.
    WeightsAhead(long steps, int lines, int passes) : steps_{steps}, idle_{std::max(0, passes - lines)} {
        const bool pays = passes > 1 && steps * lines <= most_lines;
        lines_ = pays ? (lines + passes - 1) / passes : 0;
    }

    /// Of more passes than there are lines the last ones fetch.
    [[nodiscard]] Part part(const float* end_of_tile, int pass) const {
        if (pass < idle_) return {end_of_tile, 0};
        return {end_of_tile + (pass - idle_) * steps_ * lines_ * channel_block, lines_};
    }

  private:
    static constexpr long most_lines = 8 * 1024;  ///< half of a second-level cache

    long steps_;
    int idle_;
    int lines_;
};

/// Adds the products of a channel's weights with its value in every column of a tile. Whichever of both takes fewer
/// registers waits there for the other, register by register: what is in them beside the sums must not spill.
template <int dst_blocks, int width, int pixel>
RESIDUA_INLINE void add_products(const float* src, const float* weight, Grid<Pack, dst_blocks, width>& sum) {
    if constexpr (width < dst_blocks * Pack::register_count) {
        Row<PackPart, width> value;
        unroll<width>([&](int i) RESIDUA_INLINE_LAMBDA { value[i] = PackPart::broadcast(src[i * pixel]); });
        unroll<dst_blocks>([&](int b) RESIDUA_INLINE_LAMBDA {
            unroll<Pack::register_count>([&](int part) RESIDUA_INLINE_LAMBDA {
                const PackPart w = PackPart::load(weight + b * channel_block + part * PackPart::size);
                unroll<width>([&](int i) RESIDUA_INLINE_LAMBDA {
                    sum[b][i].registers[part] = fma(value[i].registers[0], w.registers[0], sum[b][i].registers[part]);
                });
            });
        });
    } else {
        Row<Pack, dst_blocks> w;
        unroll<dst_blocks>([&](int b) RESIDUA_INLINE_LAMBDA { w[b] = Pack::load(weight + b * channel_block); });
        unroll<width>([&](int i) RESIDUA_INLINE_LAMBDA {
            const Pack value = Pack::broadcast(src[i * pixel]);
            unroll<dst_blocks>([&](int b) RESIDUA_INLINE_LAMBDA { sum[b][i] = fma(value, w[b], sum[b][i]); });
        });
    }
}

/// Where a tile's first result of a block belongs.
struct TilePosition {
    int block;
    int row;
    int column;
};

/// Gives a block's results [first, last) of a tile to a finish. Where that does much with each, it is a loop: a tile's
/// worth of straight-line code takes long to compile.
template <int width, Finishing Finish>
RESIDUA_INLINE void finish_tile(const Row<Pack, width>& sums, const Finish& finish, const TilePosition& at, int first,
                                int last, float* dst, std::ptrdiff_t pixel_step) {
    auto results = finish.of(at.block, at.row, at.column, sums[0]);
    if constexpr (Finish::is_long) {
        alignas(alignment) Grid<float, width, channel_block> all;
        unroll<width>([&](int i) RESIDUA_INLINE_LAMBDA { sums[i].store(all[i]); });
        for (int i = first; i < std::min(last, width); ++i)
            results.take(Pack::load(all[i]), at.row, at.column + i, dst + i * pixel_step);
    } else {
        unroll<width>([&](int i) RESIDUA_INLINE_LAMBDA {
            if (i >= first && i < last) results.take(sums[i], at.row, at.column + i, dst + i * pixel_step);
        });
    }
    results.end();
}

/// One tile of so many columns from `column` on; those before `next` have been finished.
template <Tiling tiling, int width, Finishing Finish>
RESIDUA_INLINE void conv_tile(const ConvTask& task, const Finish& finish, const float* weight,
                              WeightsAhead::Part weights_ahead, const TilePosition& at, int next) {
    constexpr int dst_blocks = tiling.dst_blocks;
    constexpr int run = tiling.run;
    constexpr int pixel = tiling.pixel;
    constexpr bool is_wide = 2 * width >= run;  // about a column of the source for each channel
    constexpr int step = dst_blocks * channel_block;
    Grid<Pack, dst_blocks, width> sum;
    unroll<dst_blocks>([&](int b) RESIDUA_INLINE_LAMBDA {
        unroll<width>([&](int i) RESIDUA_INLINE_LAMBDA { sum[b][i] = Pack::zero(); });
    });
    const float* corner = task.src + at.row * task.src_row + std::ptrdiff_t{at.column} * pixel;
    for (int block = 0; block < task.src_blocks; ++block, corner += task.src_block) {
        for (int tap = 0; tap < task.tap_count; ++tap) {
            const float* src = corner + task.taps[tap];
            weights_ahead.fetch();
            fetch(task.ahead);
            const auto fetch_next_block = [&](int i) RESIDUA_INLINE_LAMBDA {
                __builtin_prefetch(src + task.src_block + i * pixel);
            };
            if constexpr (tiling.one_tap && !is_wide)
                for (int i = 0; i < width; ++i) fetch_next_block(i);
#pragma GCC unroll 4
            for (int c = 0; c < run; ++c, weight += step) {
                if constexpr (tiling.one_tap && is_wide)
                    for (int i = c; i < c + width; i += run) fetch_next_block(i);
                add_products<dst_blocks, width, pixel>(src + c, weight, sum);
            }
        }
    }
    float* dst = task.dst + at.block * task.dst_block + at.row * task.dst_row + at.column * task.dst_pixel;
    unroll<dst_blocks>([&](int b) RESIDUA_INLINE_LAMBDA {
        finish_tile<width>(sum[b], finish, {at.block + b, at.row, at.column}, next - at.column,
                           task.last_column - at.column, dst + b * task.dst_block, task.dst_pixel);
    });
}

/// Direct convolution: `dst_blocks` x `width` accumulators stay in registers while all source channels and taps pass.
/// Shapes: as in ConvTask and Tiling.
/// Reads:  src, of fewer than width columns also those behind their end (discarded); weight.
/// Writes: dst, what the finish makes of every pixel of the rows, columns and tiles asked for.
/// Requires: 64-byte aligned weight and dst; a single tap where the tiling says so; sums run over source blocks, then
/// taps, then channels, always in this order.
template <Tiling tiling, Finishing Finish>
void conv(const ConvTask& task, const Finish& finish) {
    constexpr int width = tiling.width;
    constexpr int tile_steps = tiling.run * tiling.dst_blocks;
    // Columns of a row are divided evenly among narrow tiles, of which a column computed twice is a large part.
    constexpr bool divides = width > 1 && width <= 6;
    const long steps = 1L * task.src_blocks * task.tap_count;
    const int columns = task.last_column - task.first_column;
    const int across = (columns + width - 1) / width;
    const int narrower = divides && across * (width - 1) <= columns ? across * width - columns : 0;
    const detail::WeightsAhead weights_ahead(steps, tile_steps, across * (task.last_row - task.first_row));
    for (int tile = task.first_tile; tile < task.last_tile; ++tile) {
        const float* weight = task.weight + tile * steps * tile_steps * channel_block;
        const float* next_weight = weight + steps * tile_steps * channel_block;
        const int block = tile * tiling.dst_blocks;
        int pass = 0;
        for (int row = task.first_row; row < task.last_row; ++row) {
            int next = task.first_column;
            for (int i = 0; i < across - narrower; ++i, ++pass, next += width) {
                // The last tile ends where the columns end and computes some again, for nothing: what lies behind them
                // may be another thread's.
                const int column = std::max(task.first_column, std::min(next, task.last_column - width));
                detail::conv_tile<tiling, width>(task, finish, weight, weights_ahead.part(next_weight, pass),
                                                 {block, row, column}, next);
            }
            if constexpr (divides)
                for (int i = 0; i < narrower; ++i, ++pass, next += width - 1)
                    detail::conv_tile<tiling, width - 1>(task, finish, weight, weights_ahead.part(next_weight, pass),
                                                         {block, row, next}, next);
        }
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA
