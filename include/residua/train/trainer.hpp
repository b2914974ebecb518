#pragma once

#include <algorithm>
#include <functional>
#include <string>

#include <residua/data/loader.hpp>
#include <residua/exec/workspace.hpp>
#include <residua/finite.hpp>
#include <residua/on_error.hpp>
#include <residua/train/check_source.hpp>
#include <residua/train/history.hpp>
#include <residua/train/initialise.hpp>
#include <residua/train/loss.hpp>
#include <residua/train/sgd.hpp>
#include <residua/train/trained_values.hpp>
#include <residua/train/training_options.hpp>

namespace residua::inline RESIDUA_ISA {

/// Weights, outputs, gradients or running statistics became infinite or not a number, though the images were not.
class TrainingDiverged : public std::runtime_error {
  public:
    /// In the first iteration no learning rate is to blame.
    TrainingDiverged(std::int64_t iteration, const std::string& what, const std::string& found)
        : std::runtime_error("training: iteration " + std::to_string(iteration) + ": expected a finite " + what +
                             ", found " + found +
                             (iteration > 1 ? "; the learning rate may be too high"
                                            : "; nothing is learnt yet: images or weights may be too large")) {}
};

/// What one training step did.
struct Progress {
    std::int64_t iteration = 0;  ///< done so far
    std::int64_t epoch = 0;      ///< of this step, counted from 1
    double rate = 0.0;
    Loss loss{};
    bool epoch_ends = false;
};

/// The part of a training run that changes from step to step: what a checkpoint holds.
template <class Net>
struct TrainingState {
    Weights<Net> weights;
    TrainedValues<Net> velocity;
    std::int64_t iteration = 0;
    ScheduleState schedule{};
    double epoch_loss = 0.0;  ///< sum over the images of the present epoch so far
    std::int64_t epoch_wrong = 0;
    std::int64_t epoch_images = 0;
    History history{};
};

/// Trains a network by the recipe of section 4.2: stochastic gradient descent on shuffled batches. One `step` is one
/// iteration. The same source and options with the same seed give the same bits, with any number of threads.
template <class Net>
class Trainer {
  public:
    /// The source must outlive the trainer. It may have fewer classes than the network has outputs: the others learn
    /// that they are never right. \throws std::invalid_argument if the source does not fit the network or the options,
    /// or an epoch would have a batch that is too small for BN.
    Trainer(ImageSource& source, TrainingOptions options)
        : options_{checked(std::move(options), source)},
          source_{source},
          workspace_{options_.batch, options_.threads},
          loader_{source,
                  {.batch = static_cast<std::size_t>(options_.batch),
                   .seed = options_.seed,
                   .drop_last = options_.drop_last}} {
        state_.weights = he_initialised<Net>(options_.seed);
    }

    [[nodiscard]] const TrainingOptions& options() const { return options_; }
    [[nodiscard]] const ImageSource& source() const { return source_; }
    [[nodiscard]] const TrainingState<Net>& state() const { return state_; }
    [[nodiscard]] const Weights<Net>& weights() const { return state_.weights; }
    [[nodiscard]] bool finished() const { return state_.iteration >= options_.iterations; }
    [[nodiscard]] std::int64_t iterations_per_epoch() const {
        return (loader_.batches_per_epoch() + options_.accumulate - 1) / options_.accumulate;
    }

    /// Continues from a state that a trainer with the same source and options was in.
    void restore(TrainingState<Net> state) {
        state_ = std::move(state);
        loader_.seek(first_batch());
    }

    /// One iteration: `accumulate` batches, or what is left of the epoch. \throws TrainingDiverged,
    /// std::invalid_argument for an image that is not finite or a label out of range, and what the source throws: then
    /// the state is as it was before. std::logic_error in a fork of the process that made the trainer.
    Progress step() {
        std::ranges::copy(statistics(), statistics_before_.begin());
        try {
            return run_iteration();
        } catch (...) {
            std::ranges::copy(statistics_before_, statistics().begin());
            loader_.seek(first_batch());
            throw;
        }
    }

    /// Ends an epoch, or what there was of it: adds its record, with the errors of sets that were evaluated (negative:
    /// none), to the history. \throws std::invalid_argument if an error is no number.
    const EpochRecord& end_epoch(double rate, double held_out_error, double test_error) {
        for (const double error : {held_out_error, test_error})
            if (!detail::is_finite(error))
                detail::raise(
                    std::invalid_argument("error of an epoch: expected a number, got " + detail::number_text(error)));
        const auto images = static_cast<double>(state_.epoch_images);
        const EpochRecord record{.epoch = (state_.iteration - 1) / iterations_per_epoch() + 1,
                                 .iteration = state_.iteration,
                                 .rate = rate,
                                 .loss = state_.epoch_loss / images,
                                 .train_error = static_cast<double>(state_.epoch_wrong) / images,
                                 .held_out_error = held_out_error,
                                 .test_error = test_error};
        note_epoch(options_.schedule, state_.schedule, held_out_error >= 0 ? held_out_error : record.train_error);
        state_.epoch_loss = 0.0;
        state_.epoch_wrong = state_.epoch_images = 0;
        return state_.history.emplace_back(record);
    }

  private:
    static TrainingOptions checked(TrainingOptions options, const ImageSource& source) {
        check_source<Net>(source);
        detail::check_options<Net>(options, source.size());
        return options;
    }

    /// The loader's number of this iteration's first batch. Iterations do not reach into the next epoch.
    [[nodiscard]] std::int64_t first_batch() const {
        const std::int64_t epoch = state_.iteration / iterations_per_epoch();
        return epoch * loader_.batches_per_epoch() +
               state_.iteration % iterations_per_epoch() * std::int64_t{options_.accumulate};
    }

    Progress run_iteration() {
        // By themselves, too: with -ffast-math a rectifier may make zeros of NaN.
        require_finite("weight", state_.weights.all(), 0);
        Loss loss;
        const std::span<const float> gradients = run_batches(loss);
        require_finite("gradient", gradients, 0);
        require_finite("running statistic", statistics(), parameter_count<Net>);
        const double rate = learning_rate(options_.schedule, state_.schedule, state_.iteration);
        sgd_.step(workspace_.team(), state_.weights.trained(), gradients, state_.velocity.all(),
                  static_cast<float>(rate));
        note_iteration(options_.schedule, state_.schedule, static_cast<double>(loss.wrong) / loss.images);
        return note(loss, rate);
    }

    /// Runs the batches of this iteration. Returns the mean gradient over its images, and their loss in `loss`.
    std::span<const float> run_batches(Loss& loss) {
        const std::int64_t before = first_batch() % loader_.batches_per_epoch() * options_.batch;
        const std::int64_t images =
            std::min(std::int64_t{options_.batch} * options_.accumulate, loader_.images_per_epoch() - before);
        if (options_.accumulate == 1) return run_batch(loader_.next(), images, loss);
        std::ranges::fill(gradient_sum_.span(), 0.0f);
        while (loss.images < images) {
            const std::span<const float> gradient = run_batch(loader_.next(), images, loss);
            std::ranges::transform(gradient_sum_.span(), gradient, gradient_sum_.data(), std::plus{});
        }
        return gradient_sum_.span();
    }

    /// Runs one batch of an iteration of `images` images. Returns its share of the gradient and adds that of the loss.
    std::span<const float> run_batch(const Minibatch& batch, std::int64_t images, Loss& loss) {
        const auto outputs = workspace_.forward(state_.weights, batch.images, static_cast<int>(batch.size()));
        if (const auto index = detail::first_not_finite(outputs); index < outputs.size())
            diverged("output", detail::number_text(outputs[index]));
        const Loss own = softmax_cross_entropy(outputs, batch.labels, workspace_.output_gradient());
        const double share = static_cast<double>(own.images) / static_cast<double>(images);
        for (float& value : workspace_.output_gradient()) value *= static_cast<float>(share);
        loss.mean += own.mean * share;
        loss.wrong += own.wrong;
        loss.images += own.images;
        return workspace_.backward();
    }

    /// `values` belong to those of the weights from number `first` on.
    void require_finite(const char* what, std::span<const float> values, long first) const {
        if (const std::size_t index = detail::first_not_finite(values); index < values.size())
            diverged(what,
                     detail::number_text(values[index]) + " for " + value_name<Net>(first + static_cast<long>(index)));
    }

    [[noreturn]] void diverged(const char* what, const std::string& found) const {
        detail::raise(TrainingDiverged(state_.iteration + 1, what, found));
    }

    /// The running statistics, which a forward run moves before its loss is known.
    std::span<float> statistics() { return state_.weights.all().subspan(state_.weights.trained().size()); }

    Progress note(const Loss& loss, double rate) {
        Progress progress{.iteration = ++state_.iteration, .rate = rate, .loss = loss};
        progress.epoch = (state_.iteration - 1) / iterations_per_epoch() + 1;
        progress.epoch_ends = state_.iteration % iterations_per_epoch() == 0 || finished();
        state_.epoch_loss += loss.mean * loss.images;
        state_.epoch_wrong += loss.wrong;
        state_.epoch_images += loss.images;
        return progress;
    }

    TrainingOptions options_;
    const ImageSource& source_;
    TrainingState<Net> state_;
    Workspace<Net, Training> workspace_;
    BatchLoader loader_;
    Sgd sgd_;
    detail::Arena gradient_sum_{options_.accumulate > 1 ? static_cast<std::size_t>(parameter_count<Net>) : 0};
    std::vector<float> statistics_before_ = std::vector<float>(statistics().size());
};

}  // namespace residua::inline RESIDUA_ISA
