#pragma once

#include <residua/io/weights.hpp>
#include <residua/train/trainer.hpp>

namespace residua {

namespace detail {

inline constexpr std::int64_t checkpoint_version = 1;
inline constexpr const char* velocity_prefix = "momentum.";

/// The options that a resumed run has to share with the one that wrote the checkpoint, as one line.
inline std::string fingerprint(const TrainingOptions& options) {
    const Schedule& schedule = options.schedule;
    std::string text = "iterations " + std::to_string(options.iterations) + ", batch " + std::to_string(options.batch) +
                       ", seed " + std::to_string(options.seed) + ", rate " + std::to_string(schedule.rate) +
                       ", milestones";
    for (const std::int64_t milestone : schedule.milestones) text += ' ' + std::to_string(milestone);
    text += schedule.warm_up ? ", warm-up" : "";
    text += schedule.plateau ? ", plateau" : "";
    return text + (options.augmentation ? ", augmented" : ", not augmented");
}

/// The numbers of a state that are not tensors. Doubles keep every bit of the integers, which stay far below 2^53.
template <class Net>
std::vector<double> scalars_of(const TrainingState<Net>& state) {
    const ScheduleState& schedule = state.schedule;
    return {static_cast<double>(checkpoint_version),
            static_cast<double>(state.iteration),
            schedule.warm ? 1.0 : 0.0,
            schedule.recent_error,
            static_cast<double>(schedule.divisions),
            schedule.best_error,
            static_cast<double>(schedule.stale_epochs),
            state.epoch_loss,
            static_cast<double>(state.epoch_wrong),
            static_cast<double>(state.epoch_images)};
}

template <class Net>
void set_scalars(TrainingState<Net>& state, const std::vector<double>& values) {
    state.iteration = static_cast<std::int64_t>(values[1]);
    state.schedule = {values[2] != 0.0, values[3], static_cast<int>(values[4]), values[5], static_cast<int>(values[6])};
    state.epoch_loss = values[7];
    state.epoch_wrong = static_cast<std::int64_t>(values[8]);
    state.epoch_images = static_cast<std::int64_t>(values[9]);
}

inline constexpr std::size_t record_values = 7;

inline std::vector<double> history_values(const History& history) {
    std::vector<double> values;
    for (const EpochRecord& r : history)
        for (const double value : {static_cast<double>(r.epoch), static_cast<double>(r.iteration), r.rate, r.loss,
                                   r.train_error, r.held_out_error, r.test_error})
            values.push_back(value);
    return values;
}

inline History history_from(const std::vector<double>& values) {
    History history;
    for (std::size_t i = 0; i < values.size(); i += record_values)
        history.push_back({static_cast<std::int64_t>(values[i]), static_cast<std::int64_t>(values[i + 1]),
                           values[i + 2], values[i + 3], values[i + 4], values[i + 5], values[i + 6]});
    return history;
}

inline std::vector<double> read_all_doubles(const SafetensorsFile& file, const std::string& name) {
    const TensorEntry& entry = file.at(name);
    std::vector<double> values(static_cast<std::size_t>(entry.size()));
    file.read_exactly(entry, std::span(values));
    return values;
}

}  // namespace detail

/// Writes everything a run needs to go on as if it had never stopped: weights, momentum, running statistics, schedule,
/// place in the data, history. Batches and augmentation are functions of seed and iteration, so there is no random
/// state. The file appears whole or not at all; an older one of that name stays until then. \throws FileError
template <class Net>
void save_checkpoint(const std::filesystem::path& path, const Trainer<Net>& trainer, Metadata metadata = {}) {
    const TrainingState<Net>& state = trainer.state();
    std::vector<TensorToWrite> tensors = detail::tensors_of(state.weights);
    for (const Parameter& parameter : parameters<Net>)
        if (parameter.trained())
            tensors.push_back(tensor_to_write(detail::velocity_prefix + parameter_name<Net>(parameter),
                                              detail::file_shape(parameter), state.velocity.span(parameter)));
    const std::vector<double> scalars = detail::scalars_of(state);
    const std::vector<double> history = detail::history_values(state.history);
    tensors.push_back(
        tensor_to_write("trainer.state", {static_cast<std::int64_t>(scalars.size())}, std::span(scalars)));
    tensors.push_back(tensor_to_write("trainer.history",
                                      {static_cast<std::int64_t>(state.history.size()), detail::record_values},
                                      std::span(history)));
    metadata.insert_or_assign("options", detail::fingerprint(trainer.options()));
    write_safetensors(path, tensors, metadata);
}

/// Continues from a checkpoint. \throws FileError if it cannot be read, is not one of this network, or was written by a
/// run with other options; the trainer is then as it was.
template <class Net>
void load_checkpoint(const std::filesystem::path& path, Trainer<Net>& trainer) {
    const SafetensorsFile file(path);
    const auto options = file.metadata().find("options");
    const std::string expected = detail::fingerprint(trainer.options());
    if (options == file.metadata().end())
        throw FileError(file.name(), "options", "a checkpoint of a training run", "none");
    if (options->second != expected) throw FileError(file.name(), "options", expected, options->second);
    TrainingState<Net> state;
    state.weights = detail::read_weights<Net>(file);
    for (const Parameter& parameter : parameters<Net>)
        if (parameter.trained())
            file.read_floats(detail::checked_entry(file, detail::velocity_prefix + parameter_name<Net>(parameter),
                                                   detail::file_shape(parameter)),
                             state.velocity.span(parameter));
    const std::vector<double> scalars = detail::read_all_doubles(file, "trainer.state");
    if (scalars.size() != detail::scalars_of(state).size() || scalars[0] != detail::checkpoint_version)
        throw FileError(file.name(), "trainer.state", "version " + std::to_string(detail::checkpoint_version),
                        "another one");
    detail::set_scalars(state, scalars);
    const std::vector<double> history = detail::read_all_doubles(file, "trainer.history");
    if (history.size() % detail::record_values != 0)
        throw FileError(file.name(), "trainer.history", "7 values an epoch",
                        std::to_string(history.size()) + " in all");
    state.history = detail::history_from(history);
    trainer.restore(std::move(state));
}

}  // namespace residua
