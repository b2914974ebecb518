#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <residua/data/image_source.hpp>
#include <residua/data/random.hpp>
#include <residua/on_error.hpp>

namespace residua::inline RESIDUA_ISA {

/// Images ready for one training step.
struct Minibatch {
    std::span<const float> images;  ///< [image][channel][row][column]
    std::span<const Label> labels;
    std::int64_t iteration = 0;  ///< counted from 0 over all epochs
    std::int64_t epoch = 0;

    std::size_t size() const { return labels.size(); }
};

/// What makes batches out of images.
struct LoaderOptions {
    std::size_t batch = 128;
    std::uint64_t seed = 0;
    bool drop_last = false;  ///< leave out an epoch's last images if they do not fill a batch
};

/// Shuffled batches without end; the last one of an epoch may be smaller, or is left out. A thread draws them from the
/// source, ahead of `next`. Minibatch i is a function of the source, the options and i. After construction nothing
/// allocates except `seek`, and the source. The source must outlive the loader and serve no other one. Use from one
/// thread at a time. A fork of the process lacks the thread, which may have been at work in the source: there the
/// loader can only be destroyed.
class BatchLoader {
  public:
    /// Throws std::invalid_argument for no images or a batch of 0, and if there would be no batch.
    BatchLoader(ImageSource& source, LoaderOptions options)
        : source_(source),
          options_(options),
          image_size_(static_cast<std::size_t>(source.shape().count())),
          order_(source.size()) {
        if (source_.size() == 0 || options_.batch == 0) {
            detail::raise(
                std::invalid_argument("loader: expected at least one image and a batch of at least 1, found " +
                                      std::to_string(source_.size()) + " and " + std::to_string(options_.batch)));
        }
        if (batches_per_epoch() == 0) {
            detail::raise(std::invalid_argument("loader: expected images for at least one batch of " +
                                                std::to_string(options_.batch) + ", found " +
                                                std::to_string(source_.size())));
        }
        const std::size_t capacity = std::min(options_.batch, source_.size());
        for (Slot& slot : slots_) {
            slot.images.resize(capacity * image_size_);
            slot.labels.resize(capacity);
        }
        seek(0);
    }

    BatchLoader(const BatchLoader&) = delete;
    BatchLoader& operator=(const BatchLoader&) = delete;
    ~BatchLoader() = default;

    std::int64_t batches_per_epoch() const {
        const std::size_t whole = source_.size() / options_.batch;
        const bool rest = !options_.drop_last && source_.size() % options_.batch != 0;
        return static_cast<std::int64_t>(whole) + (rest ? 1 : 0);
    }
    std::int64_t images_per_epoch() const {
        const std::size_t left_out = options_.drop_last ? source_.size() % options_.batch : 0;
        return static_cast<std::int64_t>(source_.size() - left_out);
    }

    /// The next batch, valid until the following `next` or `seek`. Waits if it is not ready yet. Throws
    /// std::invalid_argument if a label in it is out of range or a value not finite, and what the source throws; again
    /// on every later call. Throws std::logic_error in a fork of the process that made the loader.
    Minibatch next() {
        check_process();
        std::unique_lock lock(ahead_->mutex);
        if (in_use_) ++ahead_->released;
        in_use_ = false;
        ahead_->changed.notify_all();
        ahead_->changed.wait(lock, [&] { return ahead_->prepared > ahead_->released || ahead_->failure; });
        if (ahead_->prepared == ahead_->released) std::rethrow_exception(ahead_->failure);
        in_use_ = true;
        return slot_of(ahead_->released).batch;
    }

    /// Makes `iteration` >= 0 the next batch, as if all before it had been taken. Throws std::logic_error as `next`.
    void seek(std::int64_t iteration) {
        if (ahead_) check_process();
        ahead_ = nullptr;
        in_use_ = false;
        ahead_.reset(new Ahead{.prepared = iteration, .released = iteration});
        ahead_->thread =
            std::jthread([this, &ahead = *ahead_](const std::stop_token& stop) { prepare_all(stop, ahead); });
    }

  private:
    struct Slot {
        std::vector<float> images;
        std::vector<Label> labels;
        Minibatch batch;
    };

    /// What the loader and its thread tell each other.
    struct Ahead {
        std::mutex mutex{};  // guards the following
        std::condition_variable_any changed{};
        std::int64_t prepared = 0;  ///< the first batch that is not ready
        std::int64_t released = 0;  ///< the first batch the caller has not finished with
        std::exception_ptr failure{};

        pid_t process = ::getpid();
        std::jthread thread{};  // last, so that it ends first
    };

    /// In a fork there is no thread that could end, unlock or wake: what waits for it stays where it is.
    struct LeaveInFork {
        void operator()(Ahead* ahead) const {
            if (ahead->process == ::getpid()) delete ahead;
        }
    };

    static constexpr std::size_t slot_count = 3;

    void check_process() const {
        if (ahead_->process != ::getpid())
            detail::raise(
                std::logic_error("loader: expected the process that made it, found a fork of it, which has "
                                 "none of its threads: make the source and the loader or trainer in the "
                                 "process that uses them"));
    }

    Slot& slot_of(std::int64_t iteration) { return slots_[static_cast<std::size_t>(iteration) % slot_count]; }

    /// The body of the thread. A slot belongs to it from the moment its batch is released until it is prepared.
    void prepare_all(const std::stop_token& stop, Ahead& ahead) {
        try {
            std::int64_t shuffled_epoch = -1;
            for (std::int64_t iteration = ahead.prepared; wait_for_slot(stop, ahead, iteration); ++iteration) {
                const std::int64_t epoch = iteration / batches_per_epoch();
                if (epoch != shuffled_epoch) detail::permute(order_, options_.seed, static_cast<std::uint64_t>(epoch));
                shuffled_epoch = epoch;
                prepare(iteration, epoch);
                const std::scoped_lock lock(ahead.mutex);
                ahead.prepared = iteration + 1;
                ahead.changed.notify_all();
            }
        } catch (...) {
            const std::scoped_lock lock(ahead.mutex);
            ahead.failure = std::current_exception();
            ahead.changed.notify_all();
        }
    }

    /// False when the thread is to end.
    static bool wait_for_slot(const std::stop_token& stop, Ahead& ahead, std::int64_t iteration) {
        std::unique_lock lock(ahead.mutex);
        const auto free = [&] { return iteration < ahead.released + static_cast<int>(slot_count); };
        return ahead.changed.wait(lock, stop, free) && !stop.stop_requested();
    }

    void prepare(std::int64_t iteration, std::int64_t epoch) {
        Slot& slot = slot_of(iteration);
        const std::size_t first = static_cast<std::size_t>(iteration % batches_per_epoch()) * options_.batch;
        const std::size_t count = std::min(options_.batch, source_.size() - first);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t record = order_[first + i];
            slot.labels[i] = detail::fill_checked(source_, record, options_.seed, static_cast<std::uint64_t>(epoch),
                                                  std::span(slot.images).subspan(i * image_size_, image_size_));
        }
        slot.batch = {std::span(slot.images).first(count * image_size_), std::span(slot.labels).first(count), iteration,
                      epoch};
    }

    ImageSource& source_;
    LoaderOptions options_;
    std::size_t image_size_;
    std::vector<std::uint32_t> order_;  // of the thread alone
    Slot slots_[slot_count];

    bool in_use_ = false;
    std::unique_ptr<Ahead, LeaveInFork> ahead_;  // last, so that the thread ends first
};

}  // namespace residua::inline RESIDUA_ISA
