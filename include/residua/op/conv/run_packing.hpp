#pragma once

#include <algorithm>
#include <span>

#include <residua/kernel/pack_weights.hpp>
#include <residua/kernel/simd/weight_rows.hpp>
#include <residua/kernel/simd/winograd_weights.hpp>
#include <residua/lower/taps.hpp>
#include <residua/plan/algorithm.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The way of a convolution's weights from PyTorch's layout into the order of its forward kernel. Tiles of dst blocks
/// lie apart on both sides, so any number of threads may pack different ones.
struct ConvPacking {
    WeightRows rows{};
    Layout src{};
    Window window{};
    Algorithm algorithm = Algorithm::direct;
    bool bare = false;  ///< packed without the transform
    WeightOrder order{};
    float* packed = nullptr;

    /// The weights of the tiles [first, last) before packing.
    [[nodiscard]] std::span<const float> unpacked(int first, int last) const {
        const auto row = [&](int tile) {
            return std::min(tile * order.dst_blocks * channel_block, rows.dst_channels) * rows.length;
        };
        return {rows.weights + row(first), static_cast<std::size_t>(row(last) - row(first))};
    }

    /// Packs the tiles [first, last).
    void pack(int first, int last) const {
        if (bare) return pack_bare(first, last);
        switch (algorithm) {
            case Algorithm::direct:
                return pack_direct(first, last);
            case Algorithm::winograd2:
                return pack_winograd<2>(first, last);
            case Algorithm::winograd4:
                return pack_winograd<4>(first, last);
        }
    }

  private:
    [[nodiscard]] long first_column(int src_block) const { return 1L * src_block * channel_block * window.taps(); }

    void pack_direct(int first, int last) const {
        const auto load = [&](int block, int src_block, float* to, long step) {
            const auto store = [&](int column, const float* lanes) {
                Pack::load(lanes).store(to + weight_place(src, window, column) * step);
            };
            for_columns(rows, block, first_column(src_block), order.taps * order.run, store);
        };
        pack_weights(order, first, last, packed, load);
    }

    void pack_bare(int first, int last) const {
        const long taps = window.taps();
        const auto load = [&](int block, int src_block, float* to, long step) {
            const auto store = [&](int column, const float* lanes) {
                Pack::load(lanes).store(to + column / taps * step + column % taps * channel_block);
            };
            for_columns(rows, block, first_column(src_block), channel_block * window.taps(), store);
        };
        pack_bare_weights(order.src_blocks, order.dst_blocks, first, last, packed, load);
    }

    template <int m>
    void pack_winograd(int first, int last) const {
        const auto load = [&](int block, int src_block, float* kernels) {
            const auto store = [&](int column, const float* lanes) {
                Pack::load(lanes).store(kernels + column * channel_block);
            };
            for_columns(rows, block, first_column(src_block), channel_block * window.taps(), store);
        };
        pack_winograd_weights<m>(order.src_blocks, order.dst_blocks, first, last, packed, load);
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA
