#include <cmath>
#include <cstdio>

#include "commands.hpp"
#include "interrupt.hpp"
#include "log.hpp"
#include "network.hpp"
#include "places.hpp"
#include "plot.hpp"
#include "progress.hpp"
#include "rarely.hpp"
#include <residua/data/augmented_images.hpp>

namespace cifar10 {

namespace {

using namespace residua;

constexpr int diverged = 1;

/// Thrown to leave an evaluation early.
struct Interrupted {};

/// The images of a run.
struct Images {
    LabelledImages all;
    LabelledImages test;
    ImagesView training;
    ImagesView held_out;
};

Images load(const TrainOptions& options) {
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

TrainingOptions training_options(const TrainOptions& options, std::size_t records) {
    const auto batch = static_cast<std::size_t>(options.batch);
    const auto batches = static_cast<std::int64_t>((records + batch - 1) / batch);
    TrainingOptions result{.iterations = options.epochs ? *options.epochs * batches : options.iterations,
                           .batch = options.batch,
                           .seed = options.seed,
                           .threads = options.threads};
    result.schedule = Schedule::paper(result.iterations, options.lr);
    if (needs_warm_up(options.net)) result.schedule.warm_up = WarmUp{};
    return result;
}

/// A network's error on a set, or -1 where there is none. \throws Interrupted
double error_of(Predictor& predictor, ImagesView images, const Normalisation& normalisation) {
    if (images.size() == 0) return -1.0;
    const auto classes = static_cast<std::size_t>(images.classes);
    std::size_t wrong = 0;
    predictor.predict(images, normalisation, [&](std::size_t first, std::span<const float> outputs) {
        if (InterruptRequests::requested() != 0) throw Interrupted{};
        for (std::size_t i = 0; i < outputs.size() / classes; ++i)
            wrong += best_class(outputs.subspan(i * classes, classes)) == images.labels[first + i] ? 0 : 1;
    });
    return static_cast<double>(wrong) / static_cast<double>(images.size());
}

/// One call of the command.
class Session {
  public:
    explicit Session(const TrainOptions& options)
        : options_{options},
          network_{network_named(options.net)},
          images_{load(options)},
          normalisation_{Normalisation::per_pixel_mean(images_.training)},
          source_{images_.training, normalisation_, options.augment ? std::optional(Augmentation{}) : std::nullopt},
          run_{network_->train(source_, training_options(options, images_.training.size()))},
          checkpoint_{options.checkpoint},
          metadata_{{"network", options.net},
                    {"records", std::to_string(images_.training.size())},
                    {"normalisation", normalisation_.text()}} {}

    int run() {
        if (options_.resume) resume();
        const InterruptRequests interrupts;
        if (!options_.resume) announce();
        ProgressDisplay display(run_->iteration(), run_->options().iterations);
        try {
            train_with(display);
        } catch (const Interrupted&) {
            display.clear();
            return stop();
        } catch (const TrainingDiverged& error) {
            display.clear();
            return give_up(error);
        }
        display.clear();
        finish();
        return 0;
    }

  private:
    bool finished() const { return run_->iteration() >= run_->options().iterations; }

    void train_with(ProgressDisplay& display) {
        while (true) {
            if (run_->epoch_is_complete()) end_epoch(display);
            if (finished()) return;
            if (InterruptRequests::requested() != 0) throw Interrupted{};
            display.step(run_->step());
            if (!checkpoint_.empty() && checkpointing_.due()) save_checkpoint();
        }
    }

    void end_epoch(ProgressDisplay& display) {
        Predictor& predictor = run_->predictor();
        const double held_out = error_of(predictor, images_.held_out, normalisation_);
        const double test = error_of(predictor, images_.test, normalisation_);
        run_->end_epoch(held_out, test);
        display.epoch(run_->history().back());
        if (!checkpoint_.empty()) save_checkpoint();
        if (!options_.log.empty()) write_log(options_.log, run_->history());
        if (!options_.plot.empty() && plotting_.due()) draw();
    }

    /// A state is worth keeping if the network still gives numbers: the loss shows it one step too late.
    bool is_sound() {
        bool finite = true;
        const std::size_t some = std::min<std::size_t>(images_.training.size(), 10);
        run_->predictor().predict(images_.training.slice(0, some), normalisation_,
                                  [&](std::size_t, std::span<const float> outputs) {
                                      for (const float output : outputs) finite = finite && std::isfinite(output);
                                  });
        return finite;
    }

    /// Whether there was something worth saving.
    bool save_checkpoint() {
        bool sound = false;
        checkpointing_.run([&] {
            sound = is_sound();
            if (sound) run_->save_checkpoint(checkpoint_, metadata_);
        });
        if (sound) saved_iteration_ = run_->iteration();
        return sound;
    }

    void resume() {
        const SafetensorsFile file(checkpoint_);
        for (const auto& [key, value] : metadata_) {
            const auto found = file.metadata().find(key);
            if (found != file.metadata().end() && found->second == value) continue;
            const bool images = key == "normalisation";
            throw FileError(file.name(), key, images ? "the mean of these training images" : value,
                            found == file.metadata().end() ? "none"
                            : images                       ? "another one"
                                                           : detail::printable(found->second));
        }
        run_->load_checkpoint(checkpoint_);
        saved_iteration_ = run_->iteration();
        std::printf("%s: going on at iteration %lld of %lld\n", checkpoint_.c_str(),
                    static_cast<long long>(run_->iteration()), static_cast<long long>(run_->options().iterations));
        std::fflush(stdout);
    }

    void announce() const {
        std::printf("%s: %lld iterations on %zu records of %s\n", options_.net.c_str(),
                    static_cast<long long>(run_->options().iterations), images_.training.size(), options_.data.c_str());
        std::fflush(stdout);
    }

    void draw() {
        plotting_.run([&] {
            const std::string problem = write_plot(options_.plot, run_->history(), title());
            if (!problem.empty()) std::fprintf(stderr, "cifar10: %s\n", problem.c_str());
        });
    }
    std::string title() const {
        return options_.net + " on " + (options_.data == "builtin" ? "the built-in images" : "CIFAR-10");
    }

    void finish() {
        if (!options_.log.empty()) write_log(options_.log, run_->history());
        if (!options_.plot.empty()) draw();
        if (!options_.save.empty()) run_->save_weights(options_.save, metadata_);
    }

    /// After Ctrl-C or SIGTERM: saves, even if no file was named, and says how to go on.
    int stop() {
        const int signal = InterruptRequests::requested();
        const std::string iteration = std::to_string(run_->iteration());
        std::string command = options_.command;
        if (checkpoint_.empty()) {
            checkpoint_ = options_.net + "-" + iteration + ".checkpoint";
            command += " --checkpoint " + checkpoint_.string();
        }
        if (!options_.resume) command += " --resume";
        if (save_checkpoint())
            std::printf("Stopped at iteration %s, saved in %s. Go on with:\n%s\n", iteration.c_str(),
                        checkpoint_.c_str(), command.c_str());
        else
            std::printf("Stopped at iteration %s; not saved, because the network's outputs are not finite.\n",
                        iteration.c_str());
        return exit_code_of(signal);
    }

    int give_up(const TrainingDiverged& error) const {
        const std::string kept =
            saved_iteration_ < 0 ? ""
                                 : "; " + checkpoint_.string() + " keeps iteration " + std::to_string(saved_iteration_);
        std::fprintf(stderr, "cifar10: %s%s\n", error.what(), kept.c_str());
        return diverged;
    }

    const TrainOptions& options_;
    std::unique_ptr<AnyNetwork> network_;
    Images images_;
    Normalisation normalisation_;
    AugmentedImages source_;
    std::unique_ptr<TrainingRun> run_;
    std::filesystem::path checkpoint_;
    Metadata metadata_;
    std::int64_t saved_iteration_ = -1;
    Rarely checkpointing_;
    Rarely plotting_;
};

}  // namespace

int train(const TrainOptions& options) {
    for (const auto* file : {&options.checkpoint, &options.log, &options.plot, &options.save}) check_folder_of(*file);
    return Session(options).run();
}

}  // namespace cifar10
