#pragma once

#include "network.hpp"
#include <residua/exec/model.hpp>
#include <residua/io/weights.hpp>
#include <residua/model/cifar.hpp>
#include <residua/train/checkpoint.hpp>
#include <residua/train/evaluate.hpp>

/// What network.hpp declares, for one network. Included by few files, because it compiles the kernels.
namespace cifar10 {

using namespace residua;

/// Images at a time while training; larger batches are no faster.
inline constexpr int evaluation_batch = 100;

template <class Net>
class PredictorOf final : public Predictor {
  public:
    PredictorOf(int batch, int threads) : workspace_{batch, threads} {}

    void set_weights(Weights<Net> weights) { model_.emplace(std::move(weights)); }

    void predict(ImagesView images, const Normalisation& normalisation, const VisitOutputs& visit) override {
        predict_all(*model_, images, normalisation, workspace_, visit);
    }

  private:
    std::optional<Model<Net>> model_;
    Workspace<Net, Inference> workspace_;
};

template <class Net>
class TrainingRunOf final : public TrainingRun {
  public:
    TrainingRunOf(ImageSource& source, const TrainingOptions& options)
        : trainer_{source, options}, predictor_{evaluation_batch, options.threads} {}

    const TrainingOptions& options() const override { return trainer_.options(); }
    std::int64_t iterations_per_epoch() const override { return trainer_.iterations_per_epoch(); }
    std::int64_t iteration() const override { return trainer_.state().iteration; }
    const History& history() const override { return trainer_.state().history; }
    bool epoch_is_complete() const override {
        const bool at_its_end = iteration() % iterations_per_epoch() == 0 || trainer_.finished();
        return at_its_end && trainer_.state().epoch_images > 0;
    }

    Progress step() override { return trainer_.step(); }
    void end_epoch(double held_out_error, double test_error) override {
        const double rate = learning_rate(options().schedule, trainer_.state().schedule, iteration() - 1);
        trainer_.end_epoch(rate, held_out_error, test_error);
    }
    Predictor& predictor() override {
        predictor_.set_weights(trainer_.weights());
        return predictor_;
    }

    void save_checkpoint(const std::filesystem::path& path, const Metadata& metadata) const override {
        residua::save_checkpoint(path, trainer_, metadata);
    }
    void load_checkpoint(const std::filesystem::path& path) override { residua::load_checkpoint(path, trainer_); }
    void save_weights(const std::filesystem::path& path, const Metadata& metadata) const override {
        save_safetensors(path, trainer_.weights(), metadata);
    }

  private:
    Trainer<Net> trainer_;
    PredictorOf<Net> predictor_;
};

inline std::vector<std::int64_t> shape_of(const Parameter& parameter) {
    return {parameter.shape.begin(), parameter.shape.begin() + parameter.rank};
}

inline std::vector<float> copy_of(std::span<const float> values) { return {values.begin(), values.end()}; }

template <class Net>
class NetworkOf final : public AnyNetwork {
  public:
    std::unique_ptr<TrainingRun> train(ImageSource& source, const TrainingOptions& options) const override {
        return std::make_unique<TrainingRunOf<Net>>(source, options);
    }

    std::unique_ptr<Predictor> load(const std::filesystem::path& weights, int batch, int threads) const override {
        auto predictor = std::make_unique<PredictorOf<Net>>(batch, threads);
        predictor->set_weights(load_safetensors<Net>(weights));
        return predictor;
    }

    std::vector<NamedArray> gradients(const std::filesystem::path& path, ImagesView images,
                                      const Normalisation& normalisation, int threads) const override {
        Weights<Net> weights = load_safetensors<Net>(path);
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
