#pragma once

/// \file
/// The only door to oneTBB.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>
#include <stdexcept>
#include <string>
#include <thread>

#include <residua/config.hpp>
#include <residua/on_error.hpp>

#if defined(__SANITIZE_THREAD__)
#define RESIDUA_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define RESIDUA_TSAN 1
#endif
#endif
#if defined(RESIDUA_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

namespace residua::detail::inline RESIDUA_ISA {

/// A function that other threads call through a TBB that was compiled without ThreadSanitizer, which therefore has to
/// be told that the calls come behind the construction and before `finish`. Nothing but the function elsewhere.
template <class Function>
class HandedOver {
  public:
    explicit HandedOver(const Function& function) : function_{function} { give(begin_); }
    void operator()(int slot) const {
        take(begin_);
        function_(slot);
        give(end_);
    }
    void finish() const { take(end_); }

  private:
#if defined(RESIDUA_TSAN)
    static void give(char& place) { __tsan_release(&place); }
    static void take(char& place) { __tsan_acquire(&place); }
#else
    static void give(char&) {}
    static void take(char&) {}
#endif

    mutable char begin_ = 0;  // only their addresses count
    mutable char end_ = 0;
    const Function& function_;
};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// A number of threads that go through a list of phases together. A phase is cut into chunks; a thread takes those of
/// its own range, because what it wrote in the phase before is in its cache, then what is left of the others'. Nobody
/// enters a phase before all chunks of the one before are done. A thread that comes late finds its work done by the
/// others, so nothing waits for a thread that never comes. Which thread computes a chunk is left open; what is computed
/// is not, as long as a chunk's work depends on its number alone. One call of `run` at a time; no allocation in it
/// after the first.
class Team {
  public:
    /// \throws std::invalid_argument if threads < 1.
    explicit Team(int threads, int most_phases)
        : threads_{checked(threads)},
          arena_{std::min(threads, most_threads())},  // TBB prints a warning about more
          counters_{new Counters[static_cast<std::size_t>(most_phases * counters_of_a_phase())]} {}

    [[nodiscard]] int threads() const { return threads_; }

    /// Calls `work(phase, chunk, slot)` for all chunks < chunk_count(phase) of all phases; `slot` < threads is
    /// different for threads that work at the same time. `work` must not throw.
    template <class ChunkCount, class Work>
    void run(int phase_count, const ChunkCount& chunk_count, const Work& work) {
        if (threads_ == 1) {
            for (int phase = 0; phase < phase_count; ++phase)
                for (int chunk = 0; chunk < chunk_count(phase); ++chunk) work(phase, chunk, 0);
            return;
        }
        for (int i = 0; i < phase_count * counters_of_a_phase(); ++i)
            for (std::atomic<int>& counter : counters_[static_cast<std::size_t>(i)].values)
                counter.store(0, std::memory_order_relaxed);
        const auto part = [&](int slot) {
            for (int phase = 0; phase < phase_count; ++phase) take_part(phase, chunk_count(phase), slot, work);
        };
        const detail::HandedOver handed_over(part);
        arena_.execute([&] { tbb::parallel_for(0, threads_, 1, handed_over, tbb::simple_partitioner{}); });
        handed_over.finish();
    }

  private:
    static int checked(int threads) {
        if (threads < 1)
            detail::raise(std::invalid_argument("threads: expected at least 1, got " + std::to_string(threads)));
        return threads;
    }

    /// The machine's cores, or what the program has told TBB.
    static int most_threads() {
        return static_cast<int>(tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism));
    }

    struct alignas(detail::alignment) Counters {
        static constexpr int size = detail::alignment / sizeof(std::atomic<int>);

        std::array<std::atomic<int>, size> values{};
    };

    [[nodiscard]] int counters_of_a_phase() const { return (1 + threads_ + Counters::size - 1) / Counters::size; }
    /// Chunks of a phase that are done (0), or of a slot's range that are taken (1 + slot).
    std::atomic<int>& counter(int phase, int number) {
        const auto line = static_cast<std::size_t>(phase * counters_of_a_phase() + number / Counters::size);
        return counters_[line].values[static_cast<std::size_t>(number % Counters::size)];
    }

    template <class Work>
    void take_part(int phase, int chunks, int slot, const Work& work) {
        std::atomic<int>& done = counter(phase, 0);
        for (int i = 0; i < threads_; ++i) {
            const int owner = (slot + i) % threads_;
            const int first = first_chunk(chunks, owner);
            const int count = first_chunk(chunks, owner + 1) - first;
            std::atomic<int>& taken = counter(phase, 1 + owner);
            while (taken.load(std::memory_order_relaxed) < count) {
                const int next = taken.fetch_add(1, std::memory_order_relaxed);
                if (next >= count) break;
                work(phase, first + next, slot);
                done.fetch_add(1, std::memory_order_release);
            }
        }
        for (int spins = 0; done.load(std::memory_order_acquire) < chunks; ++spins)
            if (spins >= patience) std::this_thread::yield();
    }

    /// Where a slot's range of chunks begins; the first of fewer chunks than slots have one each.
    [[nodiscard]] int first_chunk(int chunks, int slot) const {
        return static_cast<int>((1L * chunks * slot + threads_ - 1) / threads_);
    }

    /// Looks at a phase's counter before a thread gives its core away: longer than the chunks of a small network take.
    static constexpr int patience = 2000;

    int threads_;
    tbb::task_arena arena_;
    std::unique_ptr<Counters[]> counters_;
};

}  // namespace residua::inline RESIDUA_ISA
