#pragma once

#include <memory>
#include <span>

#include <residua/exec/frozen.hpp>
#include <residua/exec/run_inference.hpp>
#include <residua/plan/workspace.hpp>
#include <residua/train/initialise.hpp>

/// Runs the steps of an inference plan one by one, for one image on one thread. The only place of the benchmarks that
/// knows how residua::detail runs a step.
template <class Net>
class StepRunner {
  public:
    explicit StepRunner(std::span<const float> image)
        : frozen_{residua::detail::values_of<Net>(
              std::make_shared<const residua::Weights<Net>>(residua::he_initialised<Net>(1)))},
          arena_(static_cast<std::size_t>(residua::detail::InferenceSizes<Net>::slot(1) + residua::overhang)) {
        const residua::MapView<float> input = frozen_.input(share_);
        residua::clear_frame(input);
        residua::load_planar(image.data(), input);
    }

    static constexpr int count = residua::inference_plan<Net>.step_count;

    /// Steps read what the ones before wrote, and their maps share memory: in order only.
    void run(int step) {
        using namespace residua::detail;
        const auto s = static_cast<std::size_t>(step);
        run_functions<Net>[static_cast<std::size_t>(inference_kernels<Net>.of[2 * s])](frozen_.steps()[s], share_);
    }

  private:
    residua::detail::Frozen<Net> frozen_;
    residua::Arena arena_;
    residua::detail::Share share_{.arena = arena_.data(),
                                  .scratch = arena_.data() + residua::detail::InferenceSizes<Net>::maps(1)};
};
