#include <optional>

#include "../support/places.hpp"
#include "../support/training_session.hpp"
#include "commands.hpp"
#include "image_files.hpp"
#include "network.hpp"
#include <residua/data/augmented_folder.hpp>
#include <residua/file/class_names.hpp>

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

/// Images whose files are all there, unless those that are not may be left out.
ImageFolder open_training_images(const imagenet::TrainOptions& options, const std::filesystem::path& place,
                                 std::span<const std::string> known) {
    ImageFolder images = open_images(place, known);
    if (!options.skip_broken) require_files(place, images);
    return images;
}

}  // namespace

int train(const imagenet::TrainOptions& options) {
    check_files(options);
    const auto network = network_named(options.net);
    // Means of channels, not of pixels: the weights can be used for images of any size.
    const Normalisation normalisation = imagenet_normalisation();
    const std::optional<ScaleAugmentation> augmentation =
        options.augment ? std::optional(ScaleAugmentation{}) : std::nullopt;
    const BrokenFiles broken_files = options.skip_broken ? BrokenFiles::skip : BrokenFiles::fatal;
    const ImageFolder images = open_training_images(options, options.data, {});
    AugmentedFolder training(images, normalisation, {3, 224, 224}, augmentation, broken_files, options.orientation());
    std::optional<AugmentedFolder> validation;
    if (!options.validate.empty())
        validation.emplace(open_training_images(options, options.validate, images.class_names()), normalisation,
                           Chw{3, 224, 224}, std::nullopt, broken_files, options.orientation());
    TrainingSession session(options, *network, {training, validation ? &*validation : nullptr},
                            scheduled(options, training.size()),
                            {"imagenet",
                             options.net + " on " + options.data,
                             {{"network", options.net},
                              {"records", std::to_string(training.size())},
                              {"normalisation", normalisation.text()},
                              {class_names_entry, class_names_text(images.class_names())}}});
    return session.run();
}

}  // namespace imagenet
