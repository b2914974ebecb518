#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "progress.hpp"
#include "rarely.hpp"
#include "train_options.hpp"
#include "training_run.hpp"

namespace support {

/// What a run learns from and is judged by. All must outlive the session.
struct TrainingSources {
    residua::ImageSource& training;
    residua::ImageSource* held_out = nullptr;  ///< not augmented; null: there is none
    residua::ImageSource* test = nullptr;
};

/// What a session says, and keeps in its files.
struct SessionTexts {
    const char* program;         ///< before errors
    std::string title;           ///< of the plot
    residua::Metadata metadata;  ///< of checkpoints, which must be the same when the run goes on, and weights
};

/// How many iterations a run is, or when resumed was, planned for: what its schedule goes by. It may go on longer.
std::int64_t planned_iterations(const TrainOptions& options, std::size_t records);

/// The options of the library that these options mean, but for the schedule.
residua::TrainingOptions training_options(const TrainOptions& options, std::size_t records);

/// \throws residua::FileError if one of the files could not be written when it is time, or the checkpoint of another
/// run would be replaced; std::invalid_argument if two are the same.
void check_files(const TrainOptions& options);

/// One call of `train`: steps with a progress display, evaluation after each epoch, checkpoints now and then and after
/// Ctrl-C, log, plot, weights.
class TrainingSession {
  public:
    /// The options must outlive the session. \throws std::invalid_argument for options and images with which the run
    /// would end badly, residua::FileError if there is no room for its files.
    TrainingSession(const TrainOptions& options, const Trainable& network, TrainingSources sources,
                    const residua::TrainingOptions& training_options, SessionTexts texts);

    /// Returns the exit code.
    int run();

  private:
    bool finished() const { return run_->iteration() >= run_->options().iterations; }
    void train_with(ProgressDisplay& display);
    void end_epoch(ProgressDisplay& display);
    double error_of(residua::ImageSource* images);
    bool is_sound();
    bool save_checkpoint();
    void resume();
    void announce() const;
    void draw();
    void finish();
    void name_broken();
    int stop();
    int give_up(const std::string& why) const;

    const TrainOptions& options_;
    SessionTexts texts_;
    TrainingSources sources_;
    int sample_count_;
    std::vector<float> sample_;  ///< a few inputs
    std::unique_ptr<TrainingRun> run_;
    std::filesystem::path checkpoint_;
    std::int64_t planned_;  ///< iterations
    std::int64_t saved_iteration_ = -1;
    std::array<std::size_t, 3> broken_{};  ///< images of each source that have been named as broken
    Rarely checkpointing_;
    Rarely plotting_;
};

}  // namespace support
