#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>

#include <residua/data/image_source.hpp>
#include <residua/file/safetensors.hpp>
#include <residua/train/trainer.hpp>

/// Training without the network's type: types are compiled in few places (training_run_of.hpp), the rest of a program
/// once.
namespace support {

/// Takes the number of the first image, the outputs (count x classes) and the labels of the images from there on.
using VisitOutputs =
    std::function<void(std::size_t first, std::span<const float> outputs, std::span<const residua::Label> labels)>;

/// A network with fixed weights.
class Predictor {
  public:
    virtual ~Predictor() = default;
    /// Runs all images of a source that does not augment them.
    virtual void predict(residua::ImageSource& images, const VisitOutputs& visit) = 0;
};

/// A network in training; see residua::Trainer.
class TrainingRun {
  public:
    virtual ~TrainingRun() = default;
    virtual const residua::TrainingOptions& options() const = 0;
    virtual std::int64_t iterations_per_epoch() const = 0;
    virtual std::int64_t iteration() const = 0;
    virtual const residua::History& history() const = 0;
    /// All images of an epoch have been seen, but it has no record yet.
    virtual bool epoch_is_complete() const = 0;

    virtual residua::Progress step() = 0;
    virtual void end_epoch(double held_out_error, double test_error) = 0;
    /// The network as it is now, for use until the next step.
    virtual Predictor& predictor() = 0;
    /// \throws residua::TrainingDiverged if the last step has left weights, momentum or, for `count` normalised images,
    /// outputs that are not finite: the next step would see it too late.
    virtual void check(std::span<const float> images, int count) = 0;

    /// \throws std::invalid_argument unless the network takes such images.
    virtual void check_source(const residua::ImageSource& images) const = 0;
    /// What files of weights, and of the whole state, take up but for a few kilobytes.
    virtual std::uintmax_t weight_bytes() const = 0;
    virtual std::uintmax_t checkpoint_bytes() const = 0;

    virtual void save_checkpoint(const std::filesystem::path& path, const residua::Metadata& metadata) const = 0;
    virtual void load_checkpoint(const std::filesystem::path& path) = 0;
    virtual void save_weights(const std::filesystem::path& path, const residua::Metadata& metadata) const = 0;
};

/// A network that can be trained.
class Trainable {
  public:
    virtual ~Trainable() = default;
    /// The source must outlive the run.
    virtual std::unique_ptr<TrainingRun> train(residua::ImageSource& source,
                                               const residua::TrainingOptions& options) const = 0;
};

}  // namespace support
