#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <support/catch.hpp>
#include <support/disagreement.hpp>
#include <support/more_threads.hpp>
#include <utility>
#include <vector>

#include <residua/exec/model.hpp>
#include <residua/exec/workspace.hpp>
#include <residua/layer/linear.hpp>
#include <residua/layer/pool.hpp>
#include <residua/train/gradient_check.hpp>

/// \file
/// The fused engine against the network computed node by node in double.

inline std::vector<float> to_floats(std::span<const double> values) {
    std::vector<float> floats(values.size());
    std::transform(values.begin(), values.end(), floats.begin(), [](double v) { return static_cast<float>(v); });
    return floats;
}

inline std::vector<double> to_doubles(std::span<const float> values) { return {values.begin(), values.end()}; }

/// Weights, images and an upstream gradient, the same numbers for both sides.
template <class Net>
struct Sample {
    residua::Weights<Net> weights;
    std::vector<float> images;
    std::vector<float> upstream;

    Sample(int count, std::uint64_t seed) {
        residua::detail::CheckRandom random{seed};
        const std::vector<double> drawn = residua::detail::weights_to_check<Net>(random);
        for (std::size_t i = 0; i < drawn.size(); ++i) weights.all()[i] = static_cast<float>(drawn[i]);
        images = to_floats(random.vector(values(count, residua::input_shape<Net>), -1, 1.5));
        upstream = to_floats(random.vector(values(count, residua::output_shape<Net>), -1, 1));
    }

    static std::size_t values(int count, residua::Chw shape) { return static_cast<std::size_t>(count * shape.count()); }
};

/// How far the results of a training step, or of inference, are from what they should be.
struct Disagreements {
    Disagreement results{};     ///< outputs and gradients
    Disagreement statistics{};  ///< running ones
};

/// A training step of the reference in double.
template <class Net>
struct ReferenceStep {
    residua::detail::ReferenceNetwork<Net, double> network;
    std::vector<double> outputs;
    typename residua::detail::ReferenceNetwork<Net, double>::Gradients gradients;

    ReferenceStep(const std::vector<double>& weights, const std::vector<double>& images,
                  const std::vector<double>& upstream, int count)
        : network(weights) {
        const auto forward = network.forward(images, count, true);
        outputs.assign(forward.begin(), forward.end());
        gradients = network.backward(upstream);
    }

    /// Gradients of all parameters in one, and the weights behind the step.
    [[nodiscard]] Disagreements from(std::span<const float> found_outputs, std::span<const float> found_gradients,
                                     std::span<const float> found_weights) const {
        Disagreements worst;
        worst.results.compare(found_outputs, outputs, "outputs");
        double largest = 0;
        for (const double gradient : gradients.parameters) largest = std::max(largest, std::abs(gradient));
        for (const residua::Parameter& parameter : residua::parameters<Net>) {
            const auto first = static_cast<std::size_t>(parameter.offset);
            const auto size = static_cast<std::size_t>(parameter.count());
            const std::string name = residua::parameter_name<Net>(parameter);
            if (parameter.trained())  // some gradients are zero by nature, such as that of a bias before BN
                worst.results.compare(found_gradients.subspan(first, size),
                                      std::span(gradients.parameters).subspan(first, size), name, 0.01 * largest);
            else
                worst.statistics.compare(found_weights.subspan(first, size), network.weights().subspan(first, size),
                                         name);
        }
        return worst;
    }
};

/// A training step with a workspace that has held another batch before.
template <class Net>
Disagreements training_disagreement(int count, int threads, std::uint64_t seed) {
    using namespace residua;
    using namespace residua::detail;
    Workspace<Net, Training> workspace(count + 3, threads);
    Sample<Net> before(count + 3, seed + 1000);
    workspace.forward(before.weights, before.images, count + 3);
    std::ranges::copy(before.upstream, workspace.output_gradient().begin());
    workspace.backward();

    Sample<Net> sample(count, seed);
    const ReferenceStep<Net> reference(to_doubles(sample.weights.all()), to_doubles(sample.images),
                                       to_doubles(sample.upstream), count);
    const auto outputs = workspace.forward(sample.weights, sample.images, count);
    const std::vector<float> found(outputs.begin(), outputs.end());
    std::ranges::copy(sample.upstream, workspace.output_gradient().begin());
    return reference.from(found, workspace.backward(), sample.weights.all());
}

/// How far the reference is from itself if its weights and images are off by what float rounds in a convolution.
template <class Net>
double unsteadiness(int count, std::uint64_t seed) {
    using namespace residua;
    const Sample<Net> sample(count, seed);
    const std::vector<double> weights = to_doubles(sample.weights.all());
    const std::vector<double> images = to_doubles(sample.images);
    const std::vector<double> upstream = to_doubles(sample.upstream);
    const ReferenceStep<Net> middle(weights, images, upstream, count);
    residua::detail::CheckRandom random{seed};
    const auto off = [&](std::vector<double> values) {
        for (double& value : values) value *= 1 + random.between(-2e-6, 2e-6);
        return values;
    };
    double worst = 0;
    for (int i = 0; i < 8; ++i) {
        const ReferenceStep<Net> beside(off(weights), off(images), upstream, count);
        const auto found = middle.from(to_floats(beside.outputs), to_floats(beside.gradients.parameters),
                                       to_floats(beside.network.weights()));
        worst = std::max(worst, found.results.error);
    }
    return worst;
}

/// Outputs in inference, of a model that has seen another batch before.
template <class Net>
Disagreement inference_disagreement(int count, int threads, std::uint64_t seed) {
    using namespace residua;
    using namespace residua::detail;
    const Sample<Net> sample(count, seed);
    const Sample<Net> before(count + 3, seed + 1000);
    const Model<Net> model(sample.weights);
    Workspace<Net, Inference> workspace(count + 3, threads);
    model.predict(before.images, count + 3, workspace);
    ReferenceNetwork<Net, double> reference(to_doubles(sample.weights.all()));
    Disagreement worst;
    worst.compare(model.predict(sample.images, count, workspace),
                  reference.forward(to_doubles(sample.images), count, false), "outputs");
    return worst;
}

/// A training step agrees with the reference. Where rounding alone decides on which side of its kink a rectifier or a
/// maximum is, gradients in float and in double differ; only if the reference proves to be as unsteady itself, another
/// sample is taken for this one.
template <class Net>
void check_training(int count, int threads) {
    constexpr double tolerance = 5e-5;
    constexpr std::uint64_t most_seeds = 4;
    for (std::uint64_t seed = 1; seed <= most_seeds; ++seed) {
        const auto [results, statistics] = training_disagreement<Net>(count, threads, seed);
        INFO("training, seed " << seed << ": " << results.where << " off by " << results.error << ", "
                               << statistics.where << " off by " << statistics.error);
        CHECK(statistics.error < 1e-5);
        if (results.error < tolerance) return;
        const double unsteady = unsteadiness<Net>(count, seed);
        INFO("the reference is off from itself by " << unsteady);
        REQUIRE(unsteady > results.error / 4);
        REQUIRE(seed < most_seeds);
    }
}

/// Training and inference agree with the reference; batches smaller and larger than the number of slices.
template <class Net>
void check_fused(std::initializer_list<int> batches = {1, 2, 7, 33}) {
    const MoreThreads more;
    int threads = 1;
    for (const int count : batches) {
        INFO(count << " images, " << threads << " threads");
        check_training<Net>(count, threads);
        const Disagreement inference = inference_disagreement<Net>(count, threads, 1);
        INFO("inference: off by " << inference.error);
        CHECK(inference.error < 5e-5);
        threads = threads % 3 + 1;
    }
}
