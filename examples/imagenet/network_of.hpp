#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "../support/training_run_of.hpp"
#include "network.hpp"
#include <residua/io/model.hpp>
#include <residua/model/imagenet.hpp>
#include <residua/model/vgg.hpp>

/// What network.hpp declares, for one network. Included by few files, because it compiles the kernels.
namespace imagenet {

using namespace residua;

/// Images at a time while training.
inline constexpr int evaluation_batch = 16;

/// A network on images of another size.
template <class Net, int side>
using AtSide = std::conditional_t<input_shape<Net> == Chw{3, side, side}, Net, WithInput<Net, Input<3, side, side>>>;

/// How many of paper_test_sides a network takes: one whose linear layers read a map would need other weights for any
/// size but its own, which is the first.
template <class Net>
inline constexpr std::size_t side_count = weight_count<AtSide<Net, 256>> == weight_count<Net> ? paper_test_sides.size()
                                                                                              : 1;

/// Crops at a time; of those that cover an image there are rarely more than two.
inline int crops_at_a_time(Crops crops) {
    switch (crops) {
        case Crops::center:
            return 1;
        case Crops::ten:
            return 10;
        case Crops::covering:
            break;
    }
    return 2;
}

template <class Net>
class SquareNetworkOf final : public SquareNetwork {
  public:
    SquareNetworkOf(std::shared_ptr<const Model<Net>> model, int batch, int threads)
        : model_{std::move(model)}, workspace_{batch, threads} {}

    std::vector<float> outputs(const TestImage& image, const Normalisation& normalisation) override {
        return predict_crops(*model_, image, normalisation, workspace_);
    }

  private:
    std::shared_ptr<const Model<Net>> model_;
    Workspace<Net, Inference> workspace_;
};

/// The model for another size of image, with the same weights.
template <class To, class Net>
std::shared_ptr<const Model<To>> sharing(const std::shared_ptr<const Model<Net>>& model) {
    if constexpr (std::is_same_v<To, Net>)
        return model;
    else
        return std::make_shared<const Model<To>>(*model);
}

/// The network for a size of a protocol; null if it takes none such.
template <class Net, std::size_t... i>
std::unique_ptr<SquareNetwork> at_scale(const std::shared_ptr<const Model<Net>>& model, const TestScale& scale,
                                        int threads, std::index_sequence<i...>) {
    std::unique_ptr<SquareNetwork> network;
    const auto make = [&]<int side>() {
        using At = AtSide<Net, side>;
        if (side == scale.side)
            network = std::make_unique<SquareNetworkOf<At>>(sharing<At>(model), crops_at_a_time(scale.crops), threads);
    };
    (make.template operator()<paper_test_sides[i]>(), ...);
    return network;
}

template <class Net>
class NetworkOf final : public AnyNetwork {
  public:
    int classes() const override { return output_shape<Net>.count(); }

    std::unique_ptr<support::TrainingRun> train(ImageSource& source, const TrainingOptions& options) const override {
        return std::make_unique<support::TrainingRunOf<Net>>(source, options, evaluation_batch);
    }

    std::vector<std::unique_ptr<SquareNetwork>> load(SafetensorsFile weights, const Protocol& protocol,
                                                     int threads) const override {
        const auto model = std::make_shared<const Model<Net>>(load_model<Net>(std::move(weights), threads));
        std::vector<std::unique_ptr<SquareNetwork>> networks;
        for (const TestScale& scale : protocol) {
            networks.push_back(at_scale(model, scale, threads, std::make_index_sequence<side_count<Net>>{}));
            if (!networks.back())
                throw std::invalid_argument("--protocol: this network takes squares of " +
                                            std::to_string(input_shape<Net>.h) + " pixels only, not of " +
                                            std::to_string(scale.side));
        }
        return networks;
    }
};

template <class Net>
std::unique_ptr<AnyNetwork> make_network() {
    return std::make_unique<NetworkOf<Net>>();
}

}  // namespace imagenet
