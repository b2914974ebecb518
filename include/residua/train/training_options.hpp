#pragma once

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>

#include <residua/finite.hpp>
#include <residua/on_error.hpp>
#include <residua/plan/smallest_batch.hpp>
#include <residua/train/schedule.hpp>

namespace residua::inline RESIDUA_ISA {

/// Everything that decides how a training run goes. Together with the source of images it determines every bit of the
/// result, except for `threads`, which decides nothing but the time.
struct TrainingOptions {
    std::int64_t iterations = 64'000;
    int batch = 128;
    /// Batches an iteration, for more images a step than memory has room for: the gradient is the mean over all of
    /// them. BN still normalises each batch with its own statistics, and its running statistics move once a batch, so
    /// that 8 batches of 32 are not quite one of 256.
    int accumulate = 1;
    /// Leave out an epoch's last images if they do not fill a batch: other ones in each epoch. Otherwise the last batch
    /// is smaller, and if there are fewer images than a batch, the only one is.
    bool drop_last = false;
    std::uint64_t seed = 0;
    int threads = 1;
    Schedule schedule{};
};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

inline void check_rate(const char* what, double rate) {
    if (is_finite(static_cast<float>(rate)) && rate >= 0) return;
    detail::raise(std::invalid_argument("schedule: " + std::string(what) +
                                        ": expected a finite number of at least 0, got " + number_text(rate)));
}

inline void check_schedule(const Schedule& schedule) {
    check_rate("rate", schedule.rate);
    check_rate("factor", schedule.factor);
    if (schedule.warm_up) check_rate("rate of the warm-up", schedule.warm_up->rate);
}

/// Throws std::invalid_argument if an epoch of `images` images has a batch that the network cannot be trained with.
template <class Net>
void check_batches(const TrainingOptions& options, std::size_t images) {
    const auto batch = static_cast<std::size_t>(options.batch);
    const std::string cut = std::to_string(images) + " images in batches of " + std::to_string(batch);
    if (options.drop_last && images < batch)
        detail::raise(std::invalid_argument("batch: " + cut +
                                            ": expected at least one whole batch, because drop_last leaves "
                                            "out smaller ones"));
    const std::size_t rest = options.drop_last ? 0 : images % batch;
    const std::size_t smallest = rest > 0 ? rest : batch;
    if (smallest < static_cast<std::size_t>(smallest_batch<Net>))
        detail::raise(std::invalid_argument("batch: " + cut +
                                            ": expected at least 2 in each, because BN normalises maps of one "
                                            "pixel, got one of 1: choose another batch" +
                                            (smallest < batch ? ", or drop_last, which leaves out the last one" : "")));
}

/// Throws std::invalid_argument for options with which a run over so many images would end badly.
template <class Net>
void check_options(const TrainingOptions& options, std::size_t images) {
    const auto at_least = [](const char* what, std::int64_t expected, std::int64_t got) {
        if (got < expected)
            detail::raise(std::invalid_argument(std::string(what) + ": at least: expected " + std::to_string(expected) +
                                                ", got " + std::to_string(got)));
    };
    at_least("iterations", 0, options.iterations);
    at_least("batch", 1, options.batch);
    at_least("accumulate", 1, options.accumulate);
    check_schedule(options.schedule);
    check_batches<Net>(options, images);
}

}  // namespace residua::detail::inline RESIDUA_ISA
