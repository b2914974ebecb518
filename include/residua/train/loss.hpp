#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>

#include <residua/data/labelled_images.hpp>
#include <residua/on_error.hpp>
#include <residua/train/finite_outputs.hpp>

namespace residua::inline RESIDUA_ISA {

/// What a batch of outputs is worth.
struct Loss {
    double mean = 0.0;  ///< cross-entropy per image, in nats
    int wrong = 0;      ///< images whose largest output is not their label's
    int images = 0;
};

/// Position of the largest of an image's outputs; the first one if several are equal. \throws OutputsNotFinite
inline int best_class(std::span<const float> outputs) {
    detail::require_finite(outputs, "outputs of an image");
    return static_cast<int>(std::ranges::max_element(outputs) - outputs.begin());
}

/// Softmax cross-entropy, averaged over the batch, and its gradient with respect to the outputs in the same pass.
/// outputs and gradient: images x classes, row-major; labels: one per image. Sums in double, in the order of the
/// images. \throws std::invalid_argument if a label is not below the number of classes, or sizes disagree;
/// OutputsNotFinite, which names the first image of the batch for which they are not.
inline Loss softmax_cross_entropy(std::span<const float> outputs, std::span<const Label> labels,
                                  std::span<float> gradient) {
    if (labels.empty() || outputs.size() % labels.size() != 0 || gradient.size() != outputs.size())
        detail::raise(
            std::invalid_argument("loss: expected as many gradients as outputs and a whole number per label, got " +
                                  std::to_string(outputs.size()) + " outputs, " + std::to_string(gradient.size()) +
                                  " gradients, " + std::to_string(labels.size()) + " labels"));
    const std::size_t classes = outputs.size() / labels.size();
    FiniteOutputs finite;
    for (std::size_t i = 0; i < labels.size(); ++i)
        finite.check(outputs.subspan(i * classes, classes), [&] { return "image " + std::to_string(i); });
    finite.require();
    const double share = 1.0 / static_cast<double>(labels.size());
    Loss loss{.images = static_cast<int>(labels.size())};
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const auto row = outputs.subspan(i * classes, classes);
        const auto grad = gradient.subspan(i * classes, classes);
        const std::size_t label = labels[i];
        if (label >= classes)
            detail::raise(std::invalid_argument("loss: label of image " + std::to_string(i) + ": expected below " +
                                                std::to_string(classes) + ", got " + std::to_string(label)));
        const double largest = *std::ranges::max_element(row);
        double sum = 0.0;
        for (const float output : row) sum += std::exp(output - largest);
        for (std::size_t k = 0; k < classes; ++k)
            grad[k] = static_cast<float>((std::exp(row[k] - largest) / sum - (k == label ? 1.0 : 0.0)) * share);
        loss.mean += (std::log(sum) - (row[label] - largest)) * share;
        loss.wrong += best_class(row) != static_cast<int>(label) ? 1 : 0;
    }
    return loss;
}

}  // namespace residua::inline RESIDUA_ISA
