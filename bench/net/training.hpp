#pragma once

#include <algorithm>

#include "../support/repeat.hpp"
#include "measure.hpp"
#include <residua/data/augmented_images.hpp>
#include <residua/data/labelled_images.hpp>
#include <residua/exec/workspace.hpp>
#include <residua/lower/products.hpp>
#include <residua/plan/layerwise_traffic.hpp>
#include <residua/train/initialise.hpp>
#include <residua/train/loss.hpp>
#include <residua/train/sgd.hpp>
#include <residua/train/trained_values.hpp>
#include <residua/train/trainer.hpp>

/// Multiply-adds of a step for one image: forward, and back to weights and source; the first layer needs no gradient
/// of its source.
template <class Net>
constexpr long training_multiply_adds = [] {
    using namespace residua;
    using namespace residua::detail;
    NodeNumber first{};
    while (!has_products(graph_of<Net>[first].op)) ++first;
    return 3 * multiply_adds<Net> - detail::node_multiply_adds(graph_of<Net>, first);
}();

inline constexpr float training_rate = 0.01f;

/// The passes of a training step and nothing else, always on the same random images, which lie in the workspace.
template <class Net>
class Passes {
  public:
    Passes(int batch, int threads)
        : weights_{residua::he_initialised<Net>(1)},
          workspace_{batch, threads},
          labels_(static_cast<std::size_t>(batch)) {
        std::ranges::copy(random_values(batch * residua::input_shape<Net>.count()), workspace_.images().begin());
        for (std::size_t i = 0; i < labels_.size(); ++i)
            labels_[i] = static_cast<residua::Label>(i % static_cast<std::size_t>(residua::output_shape<Net>.count()));
    }

    /// Forward, loss, backward, weight update.
    void operator()() {
        const auto outputs = workspace_.forward(weights_, workspace_.images(), static_cast<int>(labels_.size()));
        residua::softmax_cross_entropy(outputs, labels_, workspace_.output_gradient());
        sgd_.step(workspace_.team(), weights_.trained(), workspace_.backward(), velocity_.all(), training_rate);
    }

  private:
    residua::Weights<Net> weights_;
    residua::TrainedValues<Net> velocity_;
    residua::Workspace<Net, residua::Training> workspace_;
    residua::Sgd sgd_;
    std::vector<residua::Label> labels_;
};

/// Two batches of random images.
template <class Net>
residua::LabelledImages random_images(int batch) {
    constexpr residua::Chw shape = residua::input_shape<Net>;
    constexpr auto classes = static_cast<int>(residua::output_shape<Net>.count());
    residua::detail::RandomSequence random(residua::detail::Random(1, residua::detail::Stream::picture, 0));
    residua::LabelledImages images{shape.c, shape.h, shape.w, classes, {}, {}, {}};
    for (int i = 0; i < 2 * batch; ++i) images.labels.push_back(static_cast<residua::Label>(i % classes));
    images.pixels.resize(images.size() * static_cast<std::size_t>(shape.count()));
    for (std::uint8_t& pixel : images.pixels) pixel = static_cast<std::uint8_t>(random.below(256));
    return images;
}

/// Training as a program does it: images in memory, which a thread of the loader normalises, shifts and mirrors.
template <class Net>
class TrainerSteps {
  public:
    TrainerSteps(int batch, int threads)
        : images_{random_images<Net>(batch)},
          trainer_{source_,
                   {.batch = batch, .threads = threads, .schedule = {.rate = training_rate, .milestones = {}}}} {}

    /// The trainer's step: the passes, the next batch from the loader, the search for what is not finite.
    void operator()() { trainer_.step(); }

  private:
    static residua::Normalisation normalisation() {
        const std::vector<double> middle(static_cast<std::size_t>(residua::input_shape<Net>.c), 0.5);
        const std::vector<double> deviation(middle.size(), 0.25);
        return residua::Normalisation::per_channel(middle, deviation);
    }

    residua::LabelledImages images_;
    residua::AugmentedImages source_{images_, normalisation()};
    residua::Trainer<Net> trainer_;
};

template <class Net, class Run>
Measured measure_training(const Wanted& wanted) {
    Run run(wanted.batch, wanted.threads);
    return {.seconds = repeat(wanted.seconds, run),
            .flops = 2.0 * wanted.batch * static_cast<double>(training_multiply_adds<Net>),
            .products = 2.0 * wanted.batch * static_cast<double>(residua::products<Net, residua::Training>),
            .bytes_moved = residua::traffic<Net, residua::Training>.bytes(wanted.batch),
            .bytes_layerwise = residua::layerwise_traffic<Net>.bytes(wanted.batch),
            .workspace_bytes = static_cast<long>(sizeof(float)) *
                               residua::detail::workspace_floats<Net, residua::Training>(wanted.batch, wanted.threads)};
}
