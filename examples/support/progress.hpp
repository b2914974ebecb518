#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <unistd.h>

#include <residua/train/history.hpp>
#include <residua/train/trainer.hpp>

namespace support {

inline double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Says how training goes: a live bar on a terminal, now and then a line anywhere else.
class ProgressDisplay {
  public:
    ProgressDisplay(std::int64_t done, std::int64_t iterations) : first_{done}, done_{done}, iterations_{iterations} {}
    ProgressDisplay(const ProgressDisplay&) = delete;
    ProgressDisplay& operator=(const ProgressDisplay&) = delete;
    ~ProgressDisplay() { clear(); }

    void step(const residua::Progress& progress) {
        average(progress);
        images_ += progress.loss.images;
        done_ = progress.iteration;
        if (seconds_since(shown_) < (live_ ? bar_interval : line_interval)) return;
        shown_ = std::chrono::steady_clock::now();
        if (live_) {
            std::printf("\r\033[K%s %s", bar().c_str(), figures(progress.epoch).c_str());
        } else {
            std::printf("iteration %lld of %lld, %s\n", static_cast<long long>(done_),
                        static_cast<long long>(iterations_), figures(progress.epoch).c_str());
        }
        std::fflush(stdout);
    }

    void epoch(const residua::EpochRecord& record) {
        clear();
        std::printf("epoch %lld, iteration %lld: rate %g, loss %.4f, error %.2f %% in training",
                    static_cast<long long>(record.epoch), static_cast<long long>(record.iteration), record.rate,
                    record.loss, 100 * record.train_error);
        if (record.held_out_error >= 0) std::printf(", %.2f %% held out", 100 * record.held_out_error);
        if (record.test_error >= 0) std::printf(", %.2f %% on the test set", 100 * record.test_error);
        std::printf("\n");
        std::fflush(stdout);
    }

    /// Takes the bar away, so that other text can be printed.
    void clear() const {
        if (!live_) return;
        std::printf("\r\033[K");
        std::fflush(stdout);
    }

  private:
    static constexpr double bar_interval = 0.1;    // seconds
    static constexpr double line_interval = 10.0;  // seconds

    /// Means over about the last 50 iterations, at first over all.
    void average(const residua::Progress& progress) {
        const double share = std::max(0.02, 1.0 / static_cast<double>(++seen_));
        loss_ += share * (progress.loss.mean - loss_);
        error_ += share * (static_cast<double>(progress.loss.wrong) / progress.loss.images - error_);
    }

    std::string bar() const {
        constexpr std::int64_t width = 10;  // the whole line fits 80 columns
        const auto full = static_cast<std::size_t>(width * done_ / iterations_);
        return '[' + std::string(full, '#') + std::string(width - full, '-') + ']';
    }

    std::string figures(std::int64_t epoch) const {
        const double elapsed = seconds_since(start_);
        const double left = elapsed / static_cast<double>(done_ - first_) * static_cast<double>(iterations_ - done_);
        const auto whole = static_cast<long long>(left + 0.5);
        char text[128];
        std::snprintf(text, sizeof text, "epoch %lld, loss %.3f, error %.1f %%, %.0f images/s, %lld:%02lld left",
                      static_cast<long long>(epoch), loss_, 100 * error_, static_cast<double>(images_) / elapsed,
                      whole / 60, whole % 60);
        return text;
    }

    bool live_ = isatty(STDOUT_FILENO) == 1;
    std::int64_t first_;
    std::int64_t done_;
    std::int64_t iterations_;
    std::int64_t seen_ = 0;
    std::int64_t images_ = 0;
    double loss_ = 0.0;
    double error_ = 0.0;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    std::chrono::steady_clock::time_point shown_ = start_;
};

}  // namespace support
