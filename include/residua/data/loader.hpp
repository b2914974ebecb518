#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <mutex>
#include <span>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <residua/data/image_source.hpp>
#include <residua/data/random.hpp>

namespace residua {

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
/// thread at a time.
class BatchLoader {
  public:
    /// Throws std::invalid_argument for no images or a batch of 0, and if there would be no batch.
    BatchLoader(ImageSource& source, LoaderOptions options)
        : source_(source),
          options_(options),
          image_size_(static_cast<std::size_t>(source.shape().count())),
          order_(source.size()) {
        if (source_.size() == 0 || options_.batch == 0) {
            throw std::invalid_argument("loader: expected at least one image and a batch of at least 1, found " +
                                        std::to_string(source_.size()) + " and " + std::to_string(options_.batch));
        }
        if (batches_per_epoch() == 0) {
            throw std::invalid_argument("loader: expected images for at least one batch of " +
                                        std::to_string(options_.batch) + ", found " + std::to_string(source_.size()));
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
    /// on every later call.
    Minibatch next() {
        std::unique_lock lock(mutex_);
        if (in_use_) ++released_;
        in_use_ = false;
        changed_.notify_all();
        changed_.wait(lock, [&] { return prepared_ > released_ || failure_; });
        if (prepared_ == released_) std::rethrow_exception(failure_);
        in_use_ = true;
        return slot_of(released_).batch;
    }

    /// Makes `iteration` >= 0 the next batch, as if all before it had been taken.
    void seek(std::int64_t iteration) {
        thread_ = {};
        failure_ = nullptr;
        prepared_ = released_ = iteration;
        in_use_ = false;
        thread_ = std::jthread([this](const std::stop_token& stop) { prepare_all(stop); });
    }

  private:
    struct Slot {
        std::vector<float> images;
        std::vector<Label> labels;
        Minibatch batch;
    };

    static constexpr std::size_t slot_count = 3;

    Slot& slot_of(std::int64_t iteration) { return slots_[static_cast<std::size_t>(iteration) % slot_count]; }

    /// The body of the thread. A slot belongs to it from the moment its batch is released until it is prepared.
    void prepare_all(const std::stop_token& stop) {
        try {
            std::int64_t shuffled_epoch = -1;
            for (std::int64_t iteration = prepared_; wait_for_slot(stop, iteration); ++iteration) {
                const std::int64_t epoch = iteration / batches_per_epoch();
                if (epoch != shuffled_epoch) permute(order_, options_.seed, static_cast<std::uint64_t>(epoch));
                shuffled_epoch = epoch;
                prepare(iteration, epoch);
                const std::scoped_lock lock(mutex_);
                prepared_ = iteration + 1;
                changed_.notify_all();
            }
        } catch (...) {
            const std::scoped_lock lock(mutex_);
            failure_ = std::current_exception();
            changed_.notify_all();
        }
    }

    /// False when the thread is to end.
    bool wait_for_slot(const std::stop_token& stop, std::int64_t iteration) {
        std::unique_lock lock(mutex_);
        return changed_.wait(lock, stop, [&] { return iteration < released_ + static_cast<int>(slot_count); }) &&
               !stop.stop_requested();
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

    std::mutex mutex_;  // guards the following
    std::condition_variable_any changed_;
    std::int64_t prepared_ = 0;  ///< the first batch that is not ready
    std::int64_t released_ = 0;  ///< the first batch the caller has not finished with
    bool in_use_ = false;
    std::exception_ptr failure_;

    std::jthread thread_;  // last, so that it ends first
};

}  // namespace residua
