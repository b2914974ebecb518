#include "training_session.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <stdexcept>

#include "interrupt.hpp"
#include "log.hpp"
#include "places.hpp"
#include "plot.hpp"
#include <residua/file/class_names.hpp>
#include <residua/file/error.hpp>

namespace support {

namespace {

using namespace residua;

/// Thrown to leave an evaluation early.
struct Interrupted {};

constexpr const char* planned_key = "iterations";

/// How many iterations the options ask for; empty if they leave it open.
std::optional<std::int64_t> asked_iterations(const TrainOptions& options, std::size_t records) {
    if (!options.epochs) return options.iterations;
    const auto batch = static_cast<std::size_t>(options.batch);
    const auto accumulate = static_cast<std::size_t>(options.accumulate);
    const std::size_t batches = (options.drop_last ? records : records + batch - 1) / batch;
    return *options.epochs * static_cast<std::int64_t>((batches + accumulate - 1) / accumulate);
}

/// A name that no file bears yet.
std::filesystem::path free_name(const std::string& stem, const std::string& extension) {
    std::filesystem::path name = stem + extension;
    for (int number = 2; std::filesystem::exists(name); ++number)
        name = stem + '-' + std::to_string(number) + extension;
    return name;
}

/// Inputs made of the first `count` records. Must not run beside the training that draws from the source.
std::vector<float> first_inputs(ImageSource& source, int count) {
    const auto size = static_cast<std::size_t>(source.shape().count());
    std::vector<float> inputs(static_cast<std::size_t>(count) * size);
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
        source.fill(i, 0, 0, std::span(inputs).subspan(i * size, size));
    return inputs;
}

/// How many of some images a network gets wrong.
struct Errors {
    int wrong = 0;
    int images = 0;

    /// Images from number `first` on, but for those that stand in for broken ones.
    void add(const ImageSource& source, std::size_t first, std::span<const float> outputs,
             std::span<const Label> labels) {
        const std::size_t classes = outputs.size() / labels.size();
        for (std::size_t i = 0; i < labels.size(); ++i) {
            if (source.replaced(first + i)) continue;
            ++images;
            wrong += best_class(outputs.subspan(i * classes, classes)) == labels[i] ? 0 : 1;
        }
    }
};

/// \throws std::invalid_argument unless a run can measure errors on these images, if there are some.
void check_images(const TrainingRun& run, const std::string& what, const ImageSource* images) {
    if (images == nullptr) return;
    if (images->size() == 0) throw std::invalid_argument(what + ": expected at least one, found none");
    try {
        run.check_source(*images);
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(what + ": " + error.what());
    }
}

}  // namespace

std::int64_t planned_iterations(const TrainOptions& options, std::size_t records) {
    if (!options.resume) return asked_iterations(options, records).value_or(options.usual_iterations);
    const SafetensorsFile file(options.checkpoint);
    const auto found = file.metadata().find(planned_key);
    std::int64_t planned = options.usual_iterations;  // of another file, which is refused when it is loaded
    if (found != file.metadata().end())
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), planned);
    return planned;
}

TrainingOptions training_options(const TrainOptions& options, std::size_t records) {
    return {.iterations = asked_iterations(options, records).value_or(planned_iterations(options, records)),
            .batch = options.batch,
            .accumulate = options.accumulate,
            .drop_last = options.drop_last,
            .seed = options.seed,
            .threads = options.threads};
}

void check_files(const TrainOptions& options) {
    check_outputs({{"--checkpoint", options.checkpoint},
                   {"--log", options.log},
                   {"--plot", options.plot},
                   {"--save", options.save}});
    check_plot(options.plot);
    if (!options.resume && std::filesystem::is_regular_file(options.checkpoint))
        throw FileError(options.checkpoint.string() +
                        ": is there already: go on from it with --resume, or remove it to start anew");
}

TrainingSession::TrainingSession(const TrainOptions& options, const Trainable& network, TrainingSources sources,
                                 const TrainingOptions& training_options, SessionTexts texts)
    : options_{options},
      texts_{std::move(texts)},
      sources_{sources},
      sample_count_{static_cast<int>(std::min<std::size_t>(sources.training.size(), 4))},
      sample_{first_inputs(sources.training, sample_count_)},
      run_{network.train(sources.training, training_options)},
      checkpoint_{options.checkpoint},
      planned_{planned_iterations(options, sources.training.size())} {
    check_images(*run_, "held-out images", sources.held_out);
    check_images(*run_, "test images", sources.test);
    // While a checkpoint is written, the one before is still there.
    const std::uintmax_t checkpoints = std::filesystem::exists(checkpoint_) ? 1 : 2;
    check_room({{checkpoint_, checkpoints * run_->checkpoint_bytes()}, {options.save, run_->weight_bytes()}});
}

int TrainingSession::run() {
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
        return give_up(error.what());
    } catch (const OutputsNotFinite& error) {
        display.clear();
        return give_up("training: iteration " + std::to_string(run_->iteration()) + ": " + error.what());
    }
    display.clear();
    finish();
    return 0;
}

void TrainingSession::train_with(ProgressDisplay& display) {
    while (true) {
        if (run_->epoch_is_complete()) end_epoch(display);
        if (finished()) return;
        if (InterruptRequests::requested() != 0) throw Interrupted{};
        display.step(run_->step());
        if (!checkpoint_.empty() && checkpointing_.due()) save_checkpoint();
    }
}

void TrainingSession::end_epoch(ProgressDisplay& display) {
    run_->check(sample_, sample_count_);
    const double held_out = error_of(sources_.held_out);
    const double test = error_of(sources_.test);
    run_->end_epoch(held_out, test);
    display.epoch(run_->history().back());
    name_broken();
    if (!checkpoint_.empty()) save_checkpoint();
    if (!options_.log.empty()) write_log(options_.log, run_->history());
    if (!options_.plot.empty() && plotting_.due()) draw();
}

/// The network's error on a set, or -1 where there is none. \throws Interrupted
double TrainingSession::error_of(ImageSource* images) {
    if (images == nullptr) return -1.0;
    Errors errors;
    const auto visit = [&](std::size_t first, std::span<const float> outputs, std::span<const Label> labels) {
        if (InterruptRequests::requested() != 0) throw Interrupted{};
        errors.add(*images, first, outputs, labels);
    };
    run_->predictor().predict(*images, visit);
    return static_cast<double>(errors.wrong) / errors.images;
}

/// A state is worth keeping if the network still gives numbers.
bool TrainingSession::is_sound() {
    try {
        run_->check(sample_, sample_count_);
        return true;
    } catch (const TrainingDiverged&) {
        return false;
    }
}

/// Whether there was something worth saving.
bool TrainingSession::save_checkpoint() {
    bool sound = false;
    checkpointing_.run([&] {
        sound = is_sound();
        if (!sound) return;
        Metadata metadata = texts_.metadata;
        metadata.insert_or_assign(planned_key, std::to_string(planned_));
        run_->save_checkpoint(checkpoint_, metadata);
    });
    if (sound) saved_iteration_ = run_->iteration();
    return sound;
}

void TrainingSession::resume() {
    const SafetensorsFile file(checkpoint_);
    for (const auto& [key, value] : texts_.metadata) {
        if (key == class_names_entry) {
            check_class_names(file.name(), class_names_in(file.metadata()), class_names_in(texts_.metadata));
            continue;
        }
        const auto found = file.metadata().find(key);
        if (found != file.metadata().end() && found->second == value) continue;
        const bool images = key == "normalisation";
        throw FileError(file.name(), key, images ? "that of these training images" : value,
                        found == file.metadata().end() ? "none"
                        : images                       ? "another one"
                                                       : detail::printable(found->second));
    }
    run_->load_checkpoint(checkpoint_);
    saved_iteration_ = run_->iteration();
    if (finished())
        std::printf("%s: this run has ended, with iteration %lld; --iterations goes on with it\n", checkpoint_.c_str(),
                    static_cast<long long>(run_->iteration()));
    else
        std::printf("%s: going on at iteration %lld of %lld\n", checkpoint_.c_str(),
                    static_cast<long long>(run_->iteration()), static_cast<long long>(run_->options().iterations));
    std::fflush(stdout);
}

/// Names the images that turned out to be broken since the last time, and counts all.
void TrainingSession::name_broken() {
    const std::array<const ImageSource*, 3> sources{&sources_.training, sources_.held_out, sources_.test};
    std::size_t before = 0;
    std::size_t now = 0;
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (sources[i] == nullptr) continue;
        const std::vector<std::string> broken = sources[i]->broken();
        before += broken_[i];
        for (; broken_[i] < broken.size(); ++broken_[i]) say(texts_.program, broken[broken_[i]]);
        now += broken.size();
    }
    if (now > before) say(texts_.program, std::to_string(now) + " images were broken and left out so far");
}

void TrainingSession::announce() const {
    std::printf("%s: %lld iterations on %zu records of %s\n", options_.net.c_str(),
                static_cast<long long>(run_->options().iterations), sources_.training.size(), options_.data.c_str());
    std::fflush(stdout);
}

void TrainingSession::draw() {
    plotting_.run([&] {
        const std::string problem = write_plot(options_.plot, run_->history(), texts_.title);
        if (!problem.empty()) std::fprintf(stderr, "%s: %s\n", texts_.program, problem.c_str());
    });
}

void TrainingSession::finish() {
    if (!options_.log.empty()) write_log(options_.log, run_->history());
    if (!options_.plot.empty()) draw();
    if (!options_.save.empty()) run_->save_weights(options_.save, texts_.metadata);
}

/// After Ctrl-C or SIGTERM: saves, even if no file was named, and says how to go on.
int TrainingSession::stop() {
    const int signal = InterruptRequests::requested();
    const std::string iteration = std::to_string(run_->iteration());
    name_broken();
    std::string command = options_.command;
    if (checkpoint_.empty()) {
        checkpoint_ = free_name(options_.net + "-" + iteration, ".checkpoint");
        command += " --checkpoint " + checkpoint_.string();
    }
    if (!options_.resume) command += " --resume";
    if (save_checkpoint())
        std::printf("Stopped at iteration %s, saved in %s. Go on with:\n%s\n", iteration.c_str(), checkpoint_.c_str(),
                    command.c_str());
    else
        std::printf("Stopped at iteration %s; not saved, because weights or outputs are not finite.\n",
                    iteration.c_str());
    return exit_code_of(signal);
}

int TrainingSession::give_up(const std::string& why) const {
    const std::string kept = saved_iteration_ < 0
                                 ? ""
                                 : "; " + checkpoint_.string() + " keeps iteration " + std::to_string(saved_iteration_);
    return fail(texts_.program, why + kept, failed);
}

}  // namespace support
