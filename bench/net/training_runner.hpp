#pragma once

#include <vector>

#include "training.hpp"
#include <residua/exec/training_backward.hpp>
#include <residua/exec/training_forward.hpp>

/// What a part of a training step does.
enum class Work { images, pack, forward, statistics, loss, backward, bn_gradient, weight_gradient, update };

/// Chunks of a phase of the way forward or back.
struct Part {
    Work work = Work::images;
    int phase = 0;
    int first = 0;
    int last = 1;
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
        std::ranges::fill(velocity_.all(), 0.0f);
        memory_.set_count(batch);
    }

    /// In the order in which they have to run.
    [[nodiscard]] std::vector<Part> parts() {
        std::vector<Part> parts{{Work::images}};
        const Forward forward{memory_};
        for (int conv = 0; conv < forward.chunks(0); ++conv) parts.push_back({Work::pack, 0, conv, conv + 1});
        for (int phase = 1; phase < Forward::phases; ++phase)
            if (forward.chunks(phase) > 0)
                parts.push_back({phase % 2 == 1 ? Work::forward : Work::statistics, phase, 0, forward.chunks(phase)});
        parts.push_back({Work::loss});
        const Backward backward{memory_};
        for (int phase = 0; phase < Backward::phases; phase += 2) {
            parts.push_back({Work::backward, phase, 0, backward.chunks(phase)});
            parts.push_back({Work::bn_gradient, phase + 1, 0, 1});
            const int chunks = backward.chunks(phase + 1);
            if (chunks > 1) parts.push_back({Work::weight_gradient, phase + 1, 1, chunks});
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
                          velocity_.trained(), 0.01f);
                return;
            case Work::pack:
            case Work::forward:
            case Work::statistics:
                for (int chunk = part.first; chunk < part.last; ++chunk)
                    Forward{memory_}.run(weights_, part.phase, chunk, 0);
                return;
            default:
                for (int chunk = part.first; chunk < part.last; ++chunk) Backward{memory_}.run(part.phase, chunk, 0);
        }
    }

    /// The forward step whose weights are packed as this chunk of the first phase.
    [[nodiscard]] int packed_step(int chunk) { return memory_.convs()[static_cast<std::size_t>(chunk)].first; }

  private:
    residua::Weights<Net> weights_;
    residua::Weights<Net> velocity_;
    Memory memory_;
    residua::Team team_{1, 1};
    residua::Sgd sgd_;
    std::vector<float> images_;
    std::vector<residua::Label> labels_;
};
