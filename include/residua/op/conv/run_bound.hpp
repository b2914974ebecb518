#pragma once

#include <utility>
#include <vector>

#include <residua/kernel/simd/conv.hpp>
#include <residua/kernel/simd/conv_backward_weight.hpp>
#include <residua/kernel/simd/winograd_backward_weight.hpp>
#include <residua/kernel/view.hpp>
#include <residua/lower/taps.hpp>
#include <residua/op/conv/lower.hpp>
#include <residua/op/conv/run_packing.hpp>
#include <residua/op/conv/run_weight_gradient.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What a thread has to itself: scratch memory of the kernels, and what it reads next.
struct Scratch {
    float* floats = nullptr;
    Ahead* ahead = nullptr;
};

/// A convolution of a training plan with everything that is the same for all images and steps: layouts, taps, the place
/// of its packed weights. They are packed for one direction at a time, before each pass, so that all convolutions can
/// have the same place: `packed`, with room for packed_floats.
class BoundConv {
  public:
    BoundConv(const Layout& src, Chw dst, const Window& window, const TrainingConv& kernel, float* packed)
        : src_{src},
          dst_{dst},
          grad_{gradient_layout(dst, window)},
          window_{window},
          taps_{forward_taps(src, window)},
          phases_{backward_phases(grad_, window)},
          order_{forward_order(src, dst.c, window, kernel.forward)},
          kernel_{kernel},
          packed_{packed},
          bias_{packed + forward_packed_floats(src, dst, window, kernel)} {}

    [[nodiscard]] const Layout& src() const { return src_; }
    /// How the gradient of the result has to be framed.
    [[nodiscard]] const Layout& grad() const { return grad_; }
    [[nodiscard]] const float* bias() const { return bias_; }
    /// Floats of a slice's weight gradient in the order of the kernel.
    [[nodiscard]] long weight_floats() const { return slice_gradient_floats(src_, dst_.shape, window_, kernel_); }
    [[nodiscard]] long bias_floats() const { return residua::detail::bias_floats(dst_.shape); }

    /// Parts in which the weights are packed, by any number of threads.
    [[nodiscard]] int pack_parts() const {
        constexpr long part = 64 * 1024;
        const long weights = 1L * src_.shape.c * dst_.shape.c * window_.taps();
        return static_cast<int>(std::min<long>(1 + weights / part, order_.tiles()));
    }

    /// Packs a part of the weights for the way forward, and the bias, null for none, with the first part.
    void pack_forward(const float* weight, const float* bias, int part) const {
        const ConvPacking packing{
            .rows = {.weights = weight, .length = 1L * src_.shape.c * window_.taps(), .dst_channels = dst_.shape.c},
            .src = src_,
            .window = window_,
            .algorithm = kernel_.algorithm,
            .bare = kernel_.bare,
            .order = order_,
            .packed = packed_};
        const auto [first, last] = tiles_of(order_.tiles(), part);
        packing.pack(first, last);
        if (part == 0 && bias != nullptr)
            std::fill(std::copy_n(bias, dst_.shape.c, bias_), bias_ + bias_floats(), 0.0f);
    }

    /// Packs a part of the weights for the way back to the source.
    void pack_backward(const float* weight, int part) const {
        if (kernel_.bare) return pack_backward_bare(weight, part);
        switch (kernel_.algorithm) {
            case Algorithm::direct:
                return pack_backward_direct(weight, part);
            case Algorithm::winograd2:
                return pack_backward_winograd<2>(weight, part);
            case Algorithm::winograd4:
                return pack_backward_winograd<4>(weight, part);
        }
    }

    [[nodiscard]] ConvTask forward(const MapView<const float>& src, const MapView<float>& dst, Ahead* ahead) const {
        const Chw shape = dst.layout.shape;
        return conv_task(src, window_, {packed_, taps_.data(), static_cast<int>(taps_.size())}, dst,
                         {{0, shape.h}, {0, shape.w}, {0, order_.tiles()}}, ahead);
    }

    /// Calls `run(task)` for every phase of the source gradient.
    template <class Run>
    void backward_src(const MapView<const float>& grad, const MapView<float>& grad_src, Ahead* ahead,
                      const Run& run) const {
        const float* weight = packed_;
        for (const BackwardPhase& phase : phases_) {
            const WeightOrder order = backward_order(phase);
            run(phase_task(grad, {weight, phase.taps.data(), order.taps}, grad_src, window_.stride, phase.row,
                           phase.column, order.tiles(), ahead));
            weight += order.count();
        }
    }

    /// Products of all blocks of the source and the gradient.
    [[nodiscard]] ProductBlocks all_blocks() const { return {0, src_.blocks(), 0, dst_.blocks()}; }

    [[nodiscard]] ConvBackwardWeightTask backward_weight(const MapView<const float>& src,
                                                         const MapView<const float>& grad, const ProductBlocks& blocks,
                                                         float* grad_weight, Ahead* ahead = nullptr) const {
        const bool one_row = window_.taps() == 1 && window_.stride == 1 && src.layout.halo == 0;
        return {.src = src.at(blocks.first_src, -window_.padding, -window_.padding),
                .src_block = src.block_step(),
                .src_row = window_.stride * src.row_step(),
                .taps = taps_.data(),
                .tap_count = static_cast<int>(taps_.size()),
                .src_blocks = blocks.last_src - blocks.first_src,
                .grad_dst = grad.at(blocks.first_grad, 0),
                .grad_block = grad.block_step(),
                .grad_row = grad.row_step(),
                .dst_blocks = blocks.last_grad - blocks.first_grad,
                .rows = one_row ? 1 : dst_.shape.h,
                .columns = one_row ? dst_.shape.h * dst_.shape.w : dst_.shape.w,
                .grad_weight = grad_weight,
                .ahead = ahead};
    }

    [[nodiscard]] WinogradTask winograd_forward(const MapsView<const float>& src, const MapsView<float>& dst, int m,
                                                const Scratch& scratch) const {
        return filtering(src, dst, packed_, dst_.blocks() / kernel_.forward.dst_blocks, m, scratch);
    }
    [[nodiscard]] WinogradTask winograd_backward_src(const MapsView<const float>& grad, const MapsView<float>& grad_src,
                                                     int m, const Scratch& scratch) const {
        return filtering(grad, grad_src, packed_, src_.blocks() / kernel_.backward.dst_blocks, m, scratch);
    }

    /// The patches of an image whose gradient is known. Room for `gradient_group(m)` patches is in the scratch memory.
    [[nodiscard]] WinogradWeightTask winograd_backward_weight(const MapView<const float>& src,
                                                              const MapView<const float>& grad, int m,
                                                              Ahead* ahead) const {
        WinogradTask source = filtering({src}, {{nullptr, dst_}}, nullptr, 0, m, {nullptr, ahead});
        source.group = gradient_group(m);
        return {.src = source,
                .grad_dst = grad.at(0, 0),
                .grad_block = grad.block_step(),
                .grad_row = grad.row_step(),
                .grad_blocks = dst_.blocks(),
                .last_patch = patch_count(dst_.shape, m)};
    }
    [[nodiscard]] int gradient_group(int m) const {
        return gradient_patch_group(m, src_.blocks(), dst_.blocks(), patch_count(dst_.shape, m));
    }

    /// Floats of scratch memory that the gradient of the weights needs from one image of a slice to the next.
    [[nodiscard]] long gradient_scratch() const {
        if (kernel_.algorithm == Algorithm::direct || kernel_.whole_batch) return 0;
        const int m = patch_size(kernel_.algorithm);
        return winograd_weight_scratch(m, src_.blocks(), dst_.blocks(), gradient_group(m)) + winograd_tile_sums(m);
    }

    /// Images that go through the products forward and back to the source together.
    [[nodiscard]] int together() const { return kernel_.together; }
    /// Whether the gradient of the weights is formed over the whole batch, from what was collected of every image.
    [[nodiscard]] bool whole_batch() const { return kernel_.whole_batch; }
    [[nodiscard]] long collected() const { return collected_floats(src_, dst_.shape, window_, kernel_); }
    /// Chunks of dst blocks in which that is done.
    [[nodiscard]] int gradient_chunks() const {
        return kernel_.whole_batch ? (dst_.blocks() + gradient_blocks - 1) / gradient_blocks : dst_.blocks();
    }

    /// Takes sums to the gradient of the weights.
    [[nodiscard]] WeightGradient weight_gradient(float* grad_weight) const {
        return {src_, dst_, window_, order_, grad_weight};
    }

    /// Patches of an image.
    [[nodiscard]] int patches(int m) const { return patch_count(dst_.shape, m); }
    [[nodiscard]] int dst_blocks() const { return dst_.blocks(); }
    [[nodiscard]] int dst_channels() const { return dst_.shape.c; }

  private:
    /// A part's share of the tiles.
    [[nodiscard]] std::pair<int, int> tiles_of(int count, int part) const {
        const int parts = pack_parts();
        return {static_cast<int>(1L * count * part / parts), static_cast<int>(1L * count * (part + 1) / parts)};
    }

    void pack_backward_direct(const float* weight, int part) const {
        float* to = packed_;
        for (const BackwardPhase& phase : phases_) {
            const WeightOrder order = backward_order(phase);
            const auto [first, last] = tiles_of(order.tiles(), part);
            pack_weights(order, first, last, to, [&](int block, int dst_block, float* lanes, long step) {
                for (const int tap : phase.kernel_taps)
                    for (int c = 0; c < channel_block; ++c, lanes += step)
                        load_backward(weight, block, dst_block * channel_block + c, tap, lanes);
            });
            to += order.count();
        }
    }

    /// With minimal filtering source and dst change places and kernels are turned round.
    template <int m>
    void pack_backward_winograd(const float* weight, int part) const {
        const int tile = kernel_.backward.dst_blocks;
        const auto [first, last] = tiles_of(src_.blocks() / tile, part);
        const auto load = [&](int block, int dst_block, float* kernels) {
            load_turned(weight, block, dst_block, kernels, 1L * window_.taps() * channel_block);
        };
        pack_winograd_weights<m>(dst_.blocks(), tile, first, last, packed_, load);
    }

    void pack_backward_bare(const float* weight, int part) const {
        const int tile = kernel_.backward.dst_blocks;
        const auto [first, last] = tiles_of(src_.blocks() / tile, part);
        const auto load = [&](int block, int dst_block, float* kernels, long step) {
            load_turned(weight, block, dst_block, kernels, step);
        };
        pack_bare_weights(dst_.blocks(), tile, first, last, packed_, load);
    }

    /// Kernels of sixteen dst channels, `step` floats from one to the next, turned round.
    void load_turned(const float* weight, int src_block, int dst_block, float* kernels, long step) const {
        const int taps = window_.taps();
        for (int c = 0; c < channel_block; ++c)
            for (int tap = 0; tap < taps; ++tap)
                load_backward(weight, src_block, dst_block * channel_block + c, taps - 1 - tap,
                              kernels + c * step + tap * channel_block);
    }

    /// The weights of a dst channel and a tap for sixteen channels of the source; zeros for channels there are not.
    void load_backward(const float* weight, int src_block, int dst_channel, int tap, float* lanes) const {
        const long taps = window_.taps();
        const int first = src_block * channel_block;
        const int there = dst_channel < dst_.shape.c ? std::min(channel_block, src_.shape.c - first) : 0;
        const float* from = weight + (1L * dst_channel * src_.shape.c + first) * taps + tap;
        for (int lane = 0; lane < channel_block; ++lane) lanes[lane] = lane < there ? from[lane * taps] : 0.0f;
    }

    /// The frames of the sources hold the padding.
    [[nodiscard]] WinogradTask filtering(const MapsView<const float>& sources, const MapsView<float>& results,
                                         const float* weight, int tiles, int m, const Scratch& scratch) const {
        const int patches = patch_count(results.first.layout.shape, m);
        const WinogradPart part{.tiles = {0, tiles},
                                .patches = {0, sources.count * patches},
                                .group = patch_group(m, sources.first.layout.blocks(), kernel_.together * patches)};
        return winograd_task({.maps = sources, .frames_hold = true}, weight, results, part, scratch.floats,
                             scratch.ahead);
    }

    [[nodiscard]] WeightOrder backward_order(const BackwardPhase& phase) const {
        return {src_.shape.c, kernel_.backward.dst_blocks, dst_.blocks(), static_cast<int>(phase.taps.size()),
                channel_block};
    }

    Layout src_;
    Layout dst_;
    Layout grad_;
    Window window_;
    std::vector<std::ptrdiff_t> taps_;
    std::vector<BackwardPhase> phases_;
    WeightOrder order_;
    TrainingConv kernel_;
    float* packed_;
    float* bias_;
};

}  // namespace residua::detail::inline RESIDUA_ISA
