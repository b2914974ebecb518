#include "../support/places.hpp"
#include "../support/training_session.hpp"
#include "commands.hpp"
#include "network.hpp"
#include <residua/data/augmented_images.hpp>
#include <residua/file/class_names.hpp>

namespace cifar10 {

namespace {

using namespace residua;
using namespace support;

/// The images of a run.
struct Images {
    LabelledImages all;
    LabelledImages test;
    ImagesView training;
    ImagesView held_out;
};

Images load(const cifar10::TrainOptions& options) {
    Images images{load_images(options.data, Set::train), load_images(options.data, Set::test), {}, {}};
    const std::size_t split = options.split.value_or(images.all.size());
    if (options.split && split >= images.all.size())
        throw std::invalid_argument("--split: expected fewer than the " + std::to_string(images.all.size()) +
                                    " training records, found " + std::to_string(split));
    images.training = images.all.slice(0, split);
    images.held_out = images.all.slice(split, images.all.size() - split);
    return images;
}

/// "we use 0.01 to warm up the training": the paper's 110 layers, and more.
bool needs_warm_up(const std::string& net) { return net.ends_with("110") || net.ends_with("1202"); }

TrainingOptions scheduled(const cifar10::TrainOptions& options, std::size_t records) {
    TrainingOptions result = training_options(options, records);
    result.schedule = Schedule::paper(planned_iterations(options, records), options.lr);
    if (needs_warm_up(options.net)) result.schedule.warm_up = WarmUp{};
    return result;
}

}  // namespace

int train(const cifar10::TrainOptions& options) {
    check_files(options);
    const auto network = network_named(options.net);
    const Images images = load(options);
    const Normalisation normalisation = Normalisation::per_pixel_mean(images.training);
    AugmentedImages training(images.training, normalisation,
                             options.augment ? std::optional(Augmentation{}) : std::nullopt);
    AugmentedImages held_out(images.held_out, normalisation, std::nullopt);
    AugmentedImages test(images.test, normalisation, std::nullopt);
    TrainingSession session(options, *network, {training, held_out.size() == 0 ? nullptr : &held_out, &test},
                            scheduled(options, training.size()),
                            {"cifar10",
                             options.net + " on " + (options.data == "builtin" ? "the built-in images" : "CIFAR-10"),
                             {{"network", options.net},
                              {"records", std::to_string(training.size())},
                              {"normalisation", normalisation.text()},
                              {class_names_entry, class_names_text(images.all.class_names)}}});
    return session.run();
}

}  // namespace cifar10
