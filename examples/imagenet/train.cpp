#include <optional>

#include "../support/places.hpp"
#include "../support/training_session.hpp"
#include "commands.hpp"
#include "network.hpp"
#include <residua/data/augmented_folder.hpp>

namespace imagenet {

namespace {

using namespace residua;
using namespace support;

TrainingOptions scheduled(const imagenet::TrainOptions& options, std::size_t records) {
    TrainingOptions result = training_options(options, records);
    result.schedule = {.rate = options.lr, .milestones = options.divide_at};
    if (options.divide_at.empty()) result.schedule.plateau = Plateau{};
    return result;
}

}  // namespace

int train(const imagenet::TrainOptions& options) {
    check_folders(options);
    const auto network = network_named(options.net);
    // Means of channels, not of pixels: the weights can be used for images of any size.
    const Normalisation normalisation = imagenet_normalisation();
    AugmentedFolder training(ImageFolder::open(options.data), normalisation, {3, 224, 224},
                             options.augment ? std::optional(ScaleAugmentation{}) : std::nullopt);
    std::optional<AugmentedFolder> validation;
    if (!options.validate.empty())
        validation.emplace(ImageFolder::open(options.validate), normalisation, Chw{3, 224, 224}, std::nullopt);
    TrainingSession session(options, *network, {training, validation ? &*validation : nullptr},
                            scheduled(options, training.size()),
                            {"imagenet",
                             options.net + " on " + options.data,
                             {{"network", options.net},
                              {"records", std::to_string(training.size())},
                              {"normalisation", normalisation.text()}}});
    return session.run();
}

}  // namespace imagenet
