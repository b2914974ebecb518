#pragma once

#include <residua/exec/taps.hpp>
#include <residua/kernel/simd/conv.hpp>
#include <residua/kernel/simd/conv_backward_weight.hpp>
#include <residua/kernel/view.hpp>
#include <residua/plan/training_kernels.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// A convolution of a training plan with everything that is the same for all images and steps: layouts, taps, the
/// places of its packed weights. Weights are packed anew in every training step.
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
          tiling_{kernel.backward},
          forward_{packed},
          bias_{packed + order_.count()},
          backward_{bias_ + dst_.blocks() * channel_block} {}

    [[nodiscard]] const Layout& src() const { return src_; }
    /// How the gradient of the result has to be framed.
    [[nodiscard]] const Layout& grad() const { return grad_; }
    [[nodiscard]] const float* bias() const { return bias_; }
    /// Floats of the weight gradient in the order of the kernel; the bias's follow.
    [[nodiscard]] long weight_floats() const { return order_.count(); }
    [[nodiscard]] long bias_floats() const { return 1L * dst_.blocks() * channel_block; }

    /// Packs the weights (and bias, or null) for both directions.
    void pack(const float* weight, const float* bias) {
        const long per_dst = 1L * src_.shape.c * window_.taps();
        pack_weights(order_, forward_, [&](int channel, int src_block, int tap, int c) {
            const long position = weight_position(src_, window_, src_block, tap, c);
            return position < 0 ? 0.0f : weight[channel * per_dst + position];
        });
        for (int c = 0; bias != nullptr && c < dst_.shape.c; ++c) bias_[c] = bias[c];
        float* to = backward_;
        for (const BackwardPhase& phase : phases_) {
            const WeightOrder order = backward_order(phase);
            pack_weights(order, to, [&](int src_channel, int dst_block, int tap, int c) {
                const int channel = dst_block * channel_block + c;
                if (channel >= dst_.shape.c) return 0.0f;
                return weight[channel * per_dst + 1L * src_channel * window_.taps() +
                              phase.kernel_taps[static_cast<std::size_t>(tap)]];
            });
            to += order.count();
        }
    }

    [[nodiscard]] ConvTask forward(const MapView<const float>& src, const MapView<float>& dst) const {
        return {.src = src.at(0, -window_.padding, -window_.padding),
                .src_block = src.block_step(),
                .src_row = window_.stride * src.row_step(),
                .taps = taps_.data(),
                .tap_count = static_cast<int>(taps_.size()),
                .src_blocks = src.layout.blocks(),
                .weight = forward_,
                .dst = dst.at(0, 0),
                .dst_block = dst.block_step(),
                .dst_row = dst.row_step(),
                .dst_pixel = channel_block,
                .last_column = dst.layout.shape.w,
                .first_row = 0,
                .last_row = dst.layout.shape.h,
                .first_tile = 0,
                .last_tile = order_.tiles()};
    }

    /// Calls `run(task)` for every phase of the source gradient.
    template <class Run>
    void backward_src(const MapView<const float>& grad, const MapView<float>& grad_src, const Run& run) const {
        const float* weight = backward_;
        for (const BackwardPhase& phase : phases_) {
            const WeightOrder order = backward_order(phase);
            run(ConvTask{.src = grad.at(0, 0),
                         .src_block = grad.block_step(),
                         .src_row = grad.row_step(),
                         .taps = phase.taps.data(),
                         .tap_count = order.taps,
                         .src_blocks = order.src_blocks,
                         .weight = weight,
                         .dst = grad_src.at(0, phase.row, phase.column),
                         .dst_block = grad_src.block_step(),
                         .dst_row = window_.stride * grad_src.row_step(),
                         .dst_pixel = std::ptrdiff_t{window_.stride} * channel_block,
                         .last_column = pixels(src_.shape.w, phase.column),
                         .first_row = 0,
                         .last_row = pixels(src_.shape.h, phase.row),
                         .first_tile = 0,
                         .last_tile = order.tiles()});
            weight += order.count();
        }
    }

    [[nodiscard]] ConvBackwardWeightTask backward_weight(const MapView<const float>& src,
                                                         const MapView<const float>& grad, float* grad_weight) const {
        return {.src = src.at(0, -window_.padding, -window_.padding),
                .src_block = src.block_step(),
                .src_row = window_.stride * src.row_step(),
                .taps = taps_.data(),
                .tap_count = static_cast<int>(taps_.size()),
                .src_blocks = src.layout.blocks(),
                .grad_dst = grad.at(0, 0),
                .grad_block = grad.block_step(),
                .grad_row = grad.row_step(),
                .dst_blocks = dst_.blocks(),
                .rows = dst_.shape.h,
                .columns = dst_.shape.w,
                .grad_weight = grad_weight};
    }

    /// Adds up the slices' weight gradients, always from the first to the last, and writes those of the dst blocks
    /// [first, last) in PyTorch's layout.
    void reduce(const float* slices, long slice_step, int slice_count, int first, int last, float* grad_weight) const {
        const long per_dst = 1L * src_.shape.c * window_.taps();
        const int taps = static_cast<int>(taps_.size());
        const long rows = 1L * order_.src_blocks * taps * order_.run;
        for (int block = first; block < last; ++block) {
            const float* from = slices + block * rows * channel_block;
            for (int src_block = 0; src_block < order_.src_blocks; ++src_block)
                for (int tap = 0; tap < taps; ++tap)
                    for (int c = 0; c < order_.run; ++c, from += channel_block) {
                        const long position = weight_position(src_, window_, src_block, tap, c);
                        if (position < 0) continue;
                        Pack sum = Pack::load(from);
                        for (int slice = 1; slice < slice_count; ++slice) sum += Pack::load(from + slice * slice_step);
                        alignas(alignment) float lanes[channel_block];
                        sum.store(lanes);
                        const int valid = std::min(channel_block, dst_.shape.c - block * channel_block);
                        for (int lane = 0; lane < valid; ++lane)
                            grad_weight[(block * channel_block + lane) * per_dst + position] = lanes[lane];
                    }
        }
    }

    [[nodiscard]] int dst_blocks() const { return dst_.blocks(); }
    [[nodiscard]] int dst_channels() const { return dst_.shape.c; }

  private:
    [[nodiscard]] WeightOrder backward_order(const BackwardPhase& phase) const {
        return {src_.shape.c, tiling_.dst_blocks, dst_.blocks(), static_cast<int>(phase.taps.size()), channel_block};
    }
    /// Rows or columns of the source that leave this remainder.
    [[nodiscard]] int pixels(int size, int remainder) const {
        return (size - remainder + window_.stride - 1) / window_.stride;
    }

    Layout src_;
    Layout dst_;
    Layout grad_;
    Window window_;
    std::vector<std::ptrdiff_t> taps_;
    std::vector<BackwardPhase> phases_;
    WeightOrder order_;
    Tiling tiling_;
    float* forward_;
    float* bias_;
    float* backward_;
};

}  // namespace residua::detail::inline RESIDUA_ISA
