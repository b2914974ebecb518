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

/// A training step with a workspace that has held another batch before.
template <class Net>
Disagreement training_disagreement(int count, int threads, std::uint64_t seed) {
    using namespace residua;
    using namespace residua::detail;
    Workspace<Net, Training> workspace(count + 3, threads);
    Sample<Net> before(count + 3, seed + 1000);
    workspace.forward(before.weights, before.images, count + 3);
    std::ranges::copy(before.upstream, workspace.output_gradient().begin());
    workspace.backward();

    Sample<Net> sample(count, seed);
    ReferenceNetwork<Net, double> reference(to_doubles(sample.weights.all()));
    Disagreement worst;
    worst.compare(workspace.forward(sample.weights, sample.images, count),
                  reference.forward(to_doubles(sample.images), count, true), "outputs");
    std::ranges::copy(sample.upstream, workspace.output_gradient().begin());
    const std::span<const float> found = workspace.backward();
    const auto expected = reference.backward(to_doubles(sample.upstream));
    double largest = 0;
    for (const double gradient : expected.parameters) largest = std::max(largest, std::abs(gradient));
    for (const Parameter& parameter : parameters<Net>) {
        const auto first = static_cast<std::size_t>(parameter.offset);
        const auto size = static_cast<std::size_t>(parameter.count());
        const std::string name = parameter_name<Net>(parameter);
        if (parameter.trained())  // some gradients are zero by nature, such as that of a bias before BN
            worst.compare(found.subspan(first, size), std::span(expected.parameters).subspan(first, size), name,
                          0.01 * largest);
        else
            worst.compare(sample.weights.span(parameter), std::as_const(reference).weights().subspan(first, size),
                          name);
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

/// Where rounding alone decides on which side of its kink a rectifier or a maximum is, gradients in float and in double
/// differ. That happens with one sample, hardly with another; a mistake happens with all.
template <class Compare>
void check_agreement(const std::string& what, double tolerance, const Compare& compare) {
    Disagreement best{std::numeric_limits<double>::infinity(), ""};
    for (std::uint64_t seed = 1; seed <= 2 && !(best.error < tolerance); ++seed) {
        const Disagreement found = compare(seed);
        if (found.error < best.error || best.where.empty()) best = found;
    }
    INFO(what << ": " << best.where << " off by " << best.error);
    CHECK(best.error < tolerance);
}

/// Training and inference agree with the reference; batches smaller and larger than the number of slices.
template <class Net>
void check_fused(std::initializer_list<int> batches = {1, 2, 7, 33}) {
    constexpr double tolerance = 5e-5;
    int threads = 1;
    for (const int count : batches) {
        const std::string what = std::to_string(count) + " images, " + std::to_string(threads) + " threads: ";
        check_agreement(what + "training", tolerance,
                        [&](std::uint64_t seed) { return training_disagreement<Net>(count, threads, seed); });
        check_agreement(what + "inference", tolerance,
                        [&](std::uint64_t seed) { return inference_disagreement<Net>(count, threads, seed); });
        threads = threads % 3 + 1;
    }
}
