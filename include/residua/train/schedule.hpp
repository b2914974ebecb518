#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <vector>

#include <residua/config.hpp>

namespace residua::inline RESIDUA_ISA {

/// Begin with a small rate until the network has caught on: "we use 0.01 to warm up the training until the training
/// error is below 80%" (section 4.2, for 110 layers).
struct WarmUp {
    double rate = 0.01;
    double until_error = 0.8;
};

/// Divide the rate whenever the error stops falling (section 3.4): after `patience` epochs without an error lower than
/// the lowest so far by at least `threshold` of it.
struct Plateau {
    int patience = 10;
    double threshold = 1e-3;
};

/// The learning rate over a training run.
struct Schedule {
    double rate = 0.1;
    double factor = 0.1;                                   ///< applied at every milestone or plateau
    std::vector<std::int64_t> milestones{32'000, 48'000};  ///< iterations, ascending
    std::optional<WarmUp> warm_up{};
    std::optional<Plateau> plateau{};

    /// The paper's schedule for CIFAR-10, stretched or squeezed to `iterations`: divided at one half and three
    /// quarters, which is 32k and 48k of 64k.
    static Schedule paper(std::int64_t iterations, double rate = 0.1) {
        return {.rate = rate, .milestones = {iterations / 2, iterations * 3 / 4}};
    }
};

/// Where a schedule has got to. Everything a checkpoint has to keep.
struct ScheduleState {
    bool warm = false;          ///< the warm-up is over
    double recent_error = 1.0;  ///< moving mean of the training error, over about 50 iterations
    int divisions = 0;          ///< at plateaus
    double best_error = 1.0;
    int stale_epochs = 0;

    friend bool operator==(const ScheduleState&, const ScheduleState&) = default;
};

/// The rate for an iteration, counted from 0.
inline double learning_rate(const Schedule& schedule, const ScheduleState& state, std::int64_t iteration) {
    if (schedule.warm_up && !state.warm) return schedule.warm_up->rate;
    double rate = schedule.rate;
    for (const std::int64_t milestone : schedule.milestones)
        if (iteration >= milestone) rate *= schedule.factor;
    for (int i = 0; i < state.divisions; ++i) rate *= schedule.factor;
    return rate;
}

/// Takes note of one iteration's training error, 0 to 1.
inline void note_iteration(const Schedule& schedule, ScheduleState& state, double error) {
    constexpr double share = 0.02;
    state.recent_error += share * (error - state.recent_error);
    if (schedule.warm_up && state.recent_error < schedule.warm_up->until_error) state.warm = true;
}

/// Takes note of an epoch's error, 0 to 1, on whatever images the plateau is to be seen.
inline void note_epoch(const Schedule& schedule, ScheduleState& state, double error) {
    if (!schedule.plateau) return;
    if (error < state.best_error * (1.0 - schedule.plateau->threshold)) {
        state.best_error = error;
        state.stale_epochs = 0;
    } else if (++state.stale_epochs >= schedule.plateau->patience) {
        ++state.divisions;
        state.stale_epochs = 0;
    }
}

}  // namespace residua::inline RESIDUA_ISA
