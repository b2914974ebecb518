#pragma once

#include <string_view>

#include <residua/finite.hpp>
#include <residua/io/weights.hpp>
#include <residua/on_error.hpp>
#include <residua/train/trainer.hpp>

namespace residua::detail::inline RESIDUA_ISA {

inline constexpr std::int64_t checkpoint_version = 1;
inline constexpr const char* options_key = "options";

/// The options that a resumed run has to share with the one that wrote the checkpoint, as one line. How many iterations
/// there will be decides nothing about those that were.
template <class Net>
std::string fingerprint(const Trainer<Net>& trainer) {
    const TrainingOptions& options = trainer.options();
    const Schedule& schedule = options.schedule;
    const std::string accumulated = options.accumulate > 1 ? " x " + std::to_string(options.accumulate) : "";
    const std::string dropped = options.drop_last ? ", last one dropped" : "";
    std::string text = "batch " + std::to_string(options.batch) + accumulated + dropped + ", seed " +
                       std::to_string(options.seed) + ", rate " + number_text(schedule.rate) + " times " +
                       number_text(schedule.factor) + " at";
    for (const std::int64_t milestone : schedule.milestones) text += ' ' + std::to_string(milestone);
    if (schedule.warm_up)
        text +=
            ", warm-up " + number_text(schedule.warm_up->rate) + " until " + number_text(schedule.warm_up->until_error);
    if (schedule.plateau)
        text +=
            ", plateau " + std::to_string(schedule.plateau->patience) + ' ' + number_text(schedule.plateau->threshold);
    return text + ", " + trainer.source().augmentation_text();
}

/// \throws FileError unless the file is a whole checkpoint of `tensors` tensors, written by a run with these options.
inline void check_checkpoint(const SafetensorsFile& file, const std::string& options, std::size_t tensors) {
    const Metadata& metadata = file.metadata();
    const auto found = metadata.find(options_key);
    if (found == metadata.end() || metadata.count(checksum_key) == 0 || file.find(run_state) == nullptr)
        detail::raise(FileError(file.name(), "content", "a checkpoint of a training run", "weights alone"));
    if (found->second != options) detail::raise(FileError(file.name(), options_key, options, printable(found->second)));
    if (file.tensors().size() != tensors)
        detail::raise(FileError(file.name(), "tensors", std::to_string(tensors) + ", as this network needs",
                                std::to_string(file.tensors().size())));
    check_checksum(file);
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

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Writes everything a run needs to go on as if it had never stopped: weights, momentum, running statistics, schedule,
/// place in the data, history. Batches and augmentation are functions of seed and iteration, so there is no random
/// state. The file appears whole or not at all; an older one of that name stays until then. \throws FileError, also if
/// a weight or its momentum is not finite.
template <class Net>
void save_checkpoint(const std::filesystem::path& path, const Trainer<Net>& trainer, Metadata metadata = {}) {
    const TrainingState<Net>& state = trainer.state();
    detail::require_sound(path, state.weights);
    std::vector<TensorToWrite> tensors = detail::tensors_of(state.weights);
    for (const Parameter& parameter : parameters<Net>)
        if (parameter.trained()) {
            const std::string name = detail::velocity_prefix + parameter_name<Net>(parameter);
            detail::require_sound(path, name, parameter, state.velocity.span(parameter));
            tensors.push_back(tensor_to_write(name, detail::file_shape(parameter), state.velocity.span(parameter)));
        }
    const std::vector<double> scalars = detail::scalars_of(state);
    const std::vector<double> history = detail::history_values(state.history);
    tensors.push_back(
        tensor_to_write(detail::run_state, {static_cast<std::int64_t>(scalars.size())}, std::span(scalars)));
    tensors.push_back(tensor_to_write(detail::run_history,
                                      {static_cast<std::int64_t>(state.history.size()), detail::record_values},
                                      std::span(history)));
    metadata.insert_or_assign(detail::options_key, detail::fingerprint(trainer));
    metadata.insert_or_assign(detail::checksum_key, detail::checksum_of(tensors));
    write_safetensors(path, tensors, metadata);
}

/// Continues from a checkpoint, with as many iterations as the trainer's options say: a run that has ended goes on if
/// they are more than it had. The schedule must be the same; behind its last milestone the rate stays as it is.
/// \throws FileError if it cannot be read, is damaged, is not one of this network, was written by a run with other
/// options, or after more iterations than the trainer has, or has a weight or momentum that is not finite; the trainer
/// is then as it was.
template <class Net>
void load_checkpoint(const std::filesystem::path& path, Trainer<Net>& trainer) {
    const SafetensorsFile file(path);
    const auto trained =
        static_cast<std::size_t>(std::ranges::count_if(parameters<Net>, [](auto& p) { return p.trained(); }));
    constexpr std::size_t state_tensors = 2;
    detail::check_checkpoint(file, detail::fingerprint(trainer), parameters<Net>.size() + trained + state_tensors);
    TrainingState<Net> state;
    detail::for_entries<Net>(file, "", [&](const Parameter& parameter, const TensorEntry& entry) {
        detail::read_parameter(file, entry, parameter, state.weights.span(parameter));
    });
    for (const Parameter& parameter : parameters<Net>)
        if (parameter.trained())
            detail::read_parameter(file,
                                   detail::checked_entry(file, detail::velocity_prefix + parameter_name<Net>(parameter),
                                                         detail::file_shape(parameter)),
                                   parameter, state.velocity.span(parameter));
    const std::vector<double> scalars = detail::read_all_doubles(file, detail::run_state);
    if (scalars.size() != detail::scalars_of(state).size() || scalars[0] != detail::checkpoint_version)
        detail::raise(FileError(file.name(), detail::run_state, "version " + std::to_string(detail::checkpoint_version),
                                "another one"));
    detail::set_scalars(state, scalars);
    if (state.iteration > trainer.options().iterations)
        detail::raise(FileError(file.name(), "iterations", "at most " + std::to_string(trainer.options().iterations),
                                std::to_string(state.iteration) + " done"));
    const std::vector<double> history = detail::read_all_doubles(file, detail::run_history);
    if (history.size() % detail::record_values != 0)
        detail::raise(FileError(file.name(), detail::run_history, "7 values an epoch",
                                std::to_string(history.size()) + " in all"));
    state.history = detail::history_from(history);
    trainer.restore(std::move(state));
}

}  // namespace residua::inline RESIDUA_ISA
