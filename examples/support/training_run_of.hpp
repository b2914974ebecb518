#pragma once

#include <optional>

#include "training_run.hpp"
#include <residua/exec/model.hpp>
#include <residua/io/weights.hpp>
#include <residua/train/checkpoint.hpp>
#include <residua/train/evaluate.hpp>

/// What training_run.hpp declares, for one network. Included by few files, because it compiles the kernels.
namespace support {

template <class Net>
class PredictorOf final : public Predictor {
  public:
    PredictorOf(int batch, int threads) : workspace_{batch, threads} {}
    PredictorOf(residua::Model<Net> model, int batch, int threads)
        : model_{std::move(model)}, workspace_{batch, threads} {}

    void set_weights(residua::Weights<Net> weights) { model_.emplace(std::move(weights)); }

    void predict(residua::ImageSource& images, const VisitOutputs& visit) override {
        residua::predict_all(*model_, images, workspace_, visit);
    }
    std::span<const float> outputs(std::span<const float> images, int count) {
        return model_->predict(images, count, workspace_);
    }

  private:
    std::optional<residua::Model<Net>> model_;
    residua::Workspace<Net, residua::Inference> workspace_;
};

template <class Net>
class TrainingRunOf final : public TrainingRun {
  public:
    /// `evaluation_batch`: images at a time when the network is evaluated.
    TrainingRunOf(residua::ImageSource& source, const residua::TrainingOptions& options, int evaluation_batch)
        : trainer_{source, options}, predictor_{evaluation_batch, options.threads} {}

    const residua::TrainingOptions& options() const override { return trainer_.options(); }
    std::int64_t iterations_per_epoch() const override { return trainer_.iterations_per_epoch(); }
    std::int64_t iteration() const override { return trainer_.state().iteration; }
    const residua::History& history() const override { return trainer_.state().history; }
    bool epoch_is_complete() const override {
        const bool at_its_end = iteration() % iterations_per_epoch() == 0 || trainer_.finished();
        return at_its_end && trainer_.state().epoch_images > 0;
    }

    residua::Progress step() override { return trainer_.step(); }
    void end_epoch(double held_out_error, double test_error) override {
        const double rate = learning_rate(options().schedule, trainer_.state().schedule, iteration() - 1);
        trainer_.end_epoch(rate, held_out_error, test_error);
    }
    PredictorOf<Net>& predictor() override {
        predictor_.set_weights(trainer_.weights());
        return predictor_;
    }
    void check(std::span<const float> images, int count) override {
        const residua::TrainingState<Net>& state = trainer_.state();
        require_finite("weight", state.weights.all());
        require_finite("momentum", state.velocity.all());
        require_finite("output", predictor().outputs(images, count));
    }

    void check_source(const residua::ImageSource& images) const override { residua::check_source<Net>(images); }
    std::uintmax_t weight_bytes() const override { return sizeof(float) * residua::weight_count<Net>; }
    std::uintmax_t checkpoint_bytes() const override {
        return weight_bytes() + sizeof(float) * residua::parameter_count<Net>;
    }

    void save_checkpoint(const std::filesystem::path& path, const residua::Metadata& metadata) const override {
        residua::save_checkpoint(path, trainer_, metadata);
    }
    void load_checkpoint(const std::filesystem::path& path) override { residua::load_checkpoint(path, trainer_); }
    void save_weights(const std::filesystem::path& path, const residua::Metadata& metadata) const override {
        residua::save_safetensors(path, trainer_.weights(), metadata);
    }

  private:
    void require_finite(const char* what, std::span<const float> values) const {
        const std::size_t place = residua::detail::first_not_finite(values);
        if (place == values.size()) return;
        throw residua::TrainingDiverged(iteration() + 1, what, residua::detail::number_text(values[place]));
    }

    residua::Trainer<Net> trainer_;
    PredictorOf<Net> predictor_;
};

}  // namespace support
