#pragma once

#include "../support/training_run_of.hpp"
#include "network.hpp"
#include <residua/data/fill_batch.hpp>
#include <residua/io/model.hpp>
#include <residua/model/cifar.hpp>

/// What network.hpp declares, for one network. Included by few files, because it compiles the kernels.
namespace cifar10 {

using namespace residua;
using namespace support;

/// Images at a time while training; larger batches are no faster.
inline constexpr int evaluation_batch = 100;

inline std::vector<std::int64_t> shape_of(const Parameter& parameter) {
    return {parameter.shape.begin(), parameter.shape.begin() + parameter.rank};
}

inline std::vector<float> copy_of(std::span<const float> values) { return {values.begin(), values.end()}; }

template <class Net>
class NetworkOf final : public AnyNetwork {
  public:
    std::unique_ptr<TrainingRun> train(ImageSource& source, const TrainingOptions& options) const override {
        return std::make_unique<TrainingRunOf<Net>>(source, options, evaluation_batch);
    }

    std::unique_ptr<Predictor> load(SafetensorsFile weights, int batch, int threads) const override {
        return std::make_unique<PredictorOf<Net>>(load_model<Net>(std::move(weights), threads), batch, threads);
    }

    std::vector<NamedArray> gradients(const SafetensorsFile& file, ImagesView images,
                                      const Normalisation& normalisation, int threads) const override {
        Weights<Net> weights = load_safetensors<Net>(file);
        std::vector<float> inputs(images.size() * images.image_size());
        fill_batch(images, normalisation, 0, images.size(), inputs);
        const int count = static_cast<int>(images.size());
        Workspace<Net, Training> workspace(count, threads);
        const auto outputs = workspace.forward(weights, std::span<const float>(inputs), count);
        const Loss loss = softmax_cross_entropy(outputs, images.labels, workspace.output_gradient());
        workspace.backward();

        std::vector<NamedArray> arrays;
        arrays.push_back({"loss", {}, {static_cast<float>(loss.mean)}});
        arrays.push_back({"logits", {count, output_shape<Net>.count()}, copy_of(outputs)});
        for (const Parameter& parameter : parameters<Net>) {
            const std::string name = parameter_name<Net>(parameter);
            if (parameter.trained())
                arrays.push_back({"grad." + name, shape_of(parameter),
                                  copy_of(workspace.gradients().subspan(static_cast<std::size_t>(parameter.offset),
                                                                        static_cast<std::size_t>(parameter.count())))});
            else
                arrays.push_back({"after." + name, shape_of(parameter), copy_of(weights.span(parameter))});
        }
        return arrays;
    }
};

template <class Net>
std::unique_ptr<AnyNetwork> make_network() {
    return std::make_unique<NetworkOf<Net>>();
}

}  // namespace cifar10
