#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <residua/data/labelled_images.hpp>
#include <residua/data/normalisation.hpp>
#include <residua/io/safetensors.hpp>
#include <residua/train/trainer.hpp>

/// What this program does with a network, without its type: types are compiled in few places (network_of.hpp), the
/// rest of the program once.
namespace cifar10 {

/// Takes the number of the first image and the outputs (count x classes) of the images from there on.
using VisitOutputs = std::function<void(std::size_t first, std::span<const float> outputs)>;

/// A network with fixed weights.
class Predictor {
  public:
    virtual ~Predictor() = default;
    virtual void predict(residua::ImagesView images, const residua::Normalisation& normalisation,
                         const VisitOutputs& visit) = 0;
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

    virtual void save_checkpoint(const std::filesystem::path& path, const residua::Metadata& metadata) const = 0;
    virtual void load_checkpoint(const std::filesystem::path& path) = 0;
    virtual void save_weights(const std::filesystem::path& path, const residua::Metadata& metadata) const = 0;
};

/// One array of a training step.
struct NamedArray {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

class AnyNetwork {
  public:
    virtual ~AnyNetwork() = default;
    /// The source must outlive the run.
    virtual std::unique_ptr<TrainingRun> train(residua::ImageSource& source,
                                               const residua::TrainingOptions& options) const = 0;
    virtual std::unique_ptr<Predictor> load(const std::filesystem::path& weights, int batch, int threads) const = 0;
    /// Loss, outputs, gradients and moved running statistics of one training step on all `images`.
    virtual std::vector<NamedArray> gradients(const std::filesystem::path& weights, residua::ImagesView images,
                                              const residua::Normalisation& normalisation, int threads) const = 0;
};

/// Defined in network_of.hpp, instantiated for every network of support/networks.hpp.
template <class Net>
std::unique_ptr<AnyNetwork> make_network();

/// \throws std::invalid_argument for an unknown name.
std::unique_ptr<AnyNetwork> network_named(std::string_view name);

}  // namespace cifar10
