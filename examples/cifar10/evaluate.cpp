#include <array>
#include <cstdio>
#include <utility>

#include "../support/places.hpp"
#include "../support/weight_normalisation.hpp"
#include "commands.hpp"
#include "network.hpp"
#include <residua/data/augmented_images.hpp>
#include <residua/file/class_names.hpp>
#include <residua/file/npy.hpp>

namespace cifar10 {

using namespace residua;
using namespace support;

int evaluate(const EvaluateOptions& options) {
    check_outputs({{"--predictions", options.predictions}, {"--logits", options.logits}});
    const auto network = network_named(options.net);
    SafetensorsFile weights(options.weights);
    const Normalisation normalisation = normalisation_for(weights.metadata(), options.normalise);
    const std::vector<std::string> known_classes = class_names_in(weights.metadata());
    const auto predictor = network->load(std::move(weights), options.batch, options.threads);
    const LabelledImages images = load_images(options.data, options.set, options.range);
    check_class_names(options.weights.string(), known_classes, images.class_names);

    const auto classes = static_cast<std::size_t>(images.classes);
    std::vector<float> logits(images.size() * classes);
    std::vector<std::uint8_t> predictions(images.size());
    std::size_t wrong = 0;
    AugmentedImages source(images, normalisation, std::nullopt);
    const auto visit = [&](std::size_t first, std::span<const float> outputs, std::span<const Label> labels) {
        std::ranges::copy(outputs, logits.begin() + static_cast<std::ptrdiff_t>(first * classes));
        for (std::size_t i = 0; i < labels.size(); ++i) {
            const int best = best_class(outputs.subspan(i * classes, classes));
            predictions[first + i] = static_cast<std::uint8_t>(best);
            wrong += best == labels[i] ? 0u : 1u;
        }
    };
    try {
        predictor->predict(source, visit);
    } catch (const OutputsNotFinite& error) {
        throw OutputsNotFinite(error.what() + options.range.counted_from());
    }

    const auto count = static_cast<std::int64_t>(images.size());
    if (!options.predictions.empty())
        write_npy<std::uint8_t>(options.predictions, std::array{count}, std::span(predictions));
    if (!options.logits.empty())
        write_npy<float>(options.logits, std::array{count, std::int64_t{images.classes}}, std::span(logits));
    std::printf("error %.2f %% (%zu of %zu)\n", 100.0 * static_cast<double>(wrong) / static_cast<double>(images.size()),
                wrong, images.size());
    return 0;
}

}  // namespace cifar10
