#pragma once

#include <vector>

#include "training.hpp"
#include <residua/exec/training_backward.hpp>
#include <residua/exec/training_forward.hpp>

/// What a part of a training step does.
enum class Work {
    images,
    pack_forward,
    forward,
    statistics,
    loss,
    pack_backward,
    backward,
    bn_gradient,
    weight_gradient,
    update
};

/// Chunks of a phase of the way forward or back.
struct Part {
    Work work = Work::images;
    int phase = -1;  ///< -1 outside both
    int first = 0;
    int last = 1;
    int step = -1;  ///< forward step, or, on the way back, pass
};

/// Runs a training step on one thread part by part, always on the same random images.
template <class Net>
class TrainingRunner {
  public:
    using Memory = residua::detail::TrainingMemory<Net>;
    using Forward = residua::detail::TrainingForward<Net>;
    using Backward = residua::detail::TrainingBackward<Net>;

    explicit TrainingRunner(int batch)
        : weights_{residua::he_initialised<Net>(1)},
          memory_{batch, 1},
          images_{random_values(batch * residua::input_shape<Net>.count())},
          labels_(static_cast<std::size_t>(batch)) {
        memory_.set_count(batch);
    }

    /// In the order in which they have to run.
    [[nodiscard]] std::vector<Part> parts() {
        std::vector<Part> parts{{Work::images}};
        const auto add = [&](Work work, int phase, int first, int last, int step) {
            if (first < last) parts.push_back({work, phase, first, last, step});
        };
        const Forward forward{memory_};
        for (int phase = 0; phase < Forward::phases; ++phase) {
            const int chunks = forward.chunks(phase);
            const int step = phase / 2;
            if (phase % 2 == 1) {
                add(Work::forward, phase, 0, chunks, step);
                continue;
            }
            add(Work::statistics, phase, 0, phase > 0 ? 1 : 0, step - 1);
            add(Work::pack_forward, phase, 1, chunks, step);
        }
        parts.push_back({Work::loss});
        const Backward backward = way_back();
        for (int phase = 0; phase < Backward::phases; ++phase) {
            const int chunks = backward.chunks(phase);
            const int pass = phase / 2;
            if (phase % 2 == 1) {
                add(Work::backward, phase, 0, chunks, pass);
                continue;
            }
            const int gradients = backward.gradient_chunks(phase);
            add(Work::bn_gradient, phase, 0, phase > 0 ? 1 : 0, pass - 1);
            add(Work::weight_gradient, phase, 1, 1 + gradients, pass - 1);
            add(Work::pack_backward, phase, 1 + gradients, chunks, pass);
        }
        parts.push_back({Work::update});
        return parts;
    }

    void run(const Part& part) {
        const auto outputs = static_cast<std::size_t>(memory_.count() * residua::output_shape<Net>.count());
        switch (part.work) {
            case Work::images:
                std::ranges::copy(images_, memory_.input());
                return;
            case Work::loss:
                residua::softmax_cross_entropy({memory_.output(), outputs}, labels_,
                                               {memory_.output_gradient(), outputs});
                return;
            case Work::update:
                sgd_.step(team_, weights_.trained(),
                          {memory_.parameter_gradient(), static_cast<std::size_t>(residua::parameter_count<Net>)},
                          velocity_.all(), 0.01f);
                return;
            case Work::pack_forward:
            case Work::forward:
            case Work::statistics:
                for (int chunk = part.first; chunk < part.last; ++chunk)
                    Forward{memory_}.run(weights_.all().data(), part.phase, chunk, 0);
                return;
            default:
                for (int chunk = part.first; chunk < part.last; ++chunk) way_back().run(part.phase, chunk, 0);
        }
    }

  private:
    Backward way_back() { return {memory_, weights_.all().data()}; }

    residua::Weights<Net> weights_;
    residua::TrainedValues<Net> velocity_;
    Memory memory_;
    residua::Team team_{1, 1};
    residua::Sgd sgd_;
    std::vector<float> images_;
    std::vector<residua::Label> labels_;
};
