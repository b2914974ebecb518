#pragma once

#include <memory>
#include <span>
#include <vector>

#include <residua/exec/frozen.hpp>
#include <residua/exec/run_inference.hpp>
#include <residua/lower/workspace.hpp>
#include <residua/op/visit.hpp>
#include <residua/train/initialise.hpp>

/// Runs the steps of an inference plan one by one, for one image on one thread, as a workspace does: before the first
/// the image is loaded, behind the last the result is taken out. With TrainingRunner the only place of the benchmarks
/// that knows how residua::detail runs a step.
template <class Net>
class StepRunner {
  public:
    explicit StepRunner(std::vector<float> image)
        : frozen_{residua::detail::values_of<Net>(
              std::make_shared<const residua::Weights<Net>>(residua::he_initialised<Net>(1)))},
          image_{std::move(image)},
          output_(static_cast<std::size_t>(residua::output_shape<Net>.count())),
          arena_(static_cast<std::size_t>(residua::detail::InferenceSizes<Net>::slot(1) + residua::detail::overhang)) {}

    static constexpr int count = residua::inference_plan<Net>.step_count + 2;

    /// Steps read what the ones before wrote, and their maps share memory: in order only.
    void run(int step) {
        using namespace residua::detail;
        if (step == 0) {
            const residua::detail::MapView<float> input = frozen_.input(share_);
            residua::detail::clear_frame(input);
            return residua::detail::load_planar(image_.data(), input);
        }
        if (step == count - 1) return residua::detail::store_planar(frozen_.output(share_), output_.data());
        const int kernel = inference_kernels<Net>.of[kernel_entry(StepNumber{step - 1})];
        run_functions<Net>[static_cast<std::size_t>(kernel)](frozen_.steps()[static_cast<std::size_t>(step - 1)],
                                                             share_);
    }

    /// What threads can share of a step of the plan: rows, tiles of channels, or columns and patches as many as fill
    /// the registers.
    [[nodiscard]] int pieces(residua::detail::StepNumber s) const {
        using namespace residua;
        const detail::BoundStep& step = frozen_.steps()[detail::index(s)];
        const detail::InferenceKernel& kernel = detail::inference_kernels<Net>.value_of(kernel_entry(s));
        const Chw dst = step.dst.shape;
        const auto tiles_of = [&](int columns) { return (columns + kernel.tiling.width - 1) / kernel.tiling.width; };
        if (!step.shared) return 1;
        if (!kernel.elementwise && detail::role_of(kernel.op) == detail::Role::pass) return pieces(kernel.op, step.dst);
        if (detail::row_of(kernel.op).takes_images_as_columns || step.by_tiles)
            return step.dst.blocks() / kernel.tiling.dst_blocks;
        if (kernel.algorithm != Algorithm::direct)
            return tiles_of(detail::patch_count(dst, detail::patch_size(kernel.algorithm)));
        return step.flat ? tiles_of(dst.h * dst.w) : dst.h;
    }

  private:
    /// Of an operation without products.
    static int pieces(residua::detail::Op op, const residua::detail::Layout& dst) {
        int found = 1;
        residua::detail::visit_operation(op, [&]<class Descriptor>(residua::detail::meta::Type<Descriptor>) {
            if constexpr (requires { residua::detail::FastKernels<Descriptor>::pieces(dst); })
                found = residua::detail::FastKernels<Descriptor>::pieces(dst);
        });
        return found;
    }

    residua::detail::Frozen<Net> frozen_;
    std::vector<float> image_;
    std::vector<float> output_;
    residua::detail::Arena arena_;
    residua::detail::Share share_{.arena = arena_.data(),
                                  .scratch = arena_.data() + residua::detail::InferenceSizes<Net>::maps(1)};
};
