#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <residua/simd/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// What a thread reads next. Kernels fetch it into the second-level cache while they compute, some cache lines with
/// each of their steps, so that neither has to wait for the other. One thread's own.
class alignas(alignment) Ahead {
  public:
    /// Fetches so many cache lines with each step.
    explicit Ahead(int lines = 8) : step_{lines * channel_block} {}

    /// Forgets what was not fetched.
    void clear() { *this = Ahead(step_ / channel_block); }

    /// Behind what there is already; no more than fits into the cache.
    void add(const float* first, long floats) {
        const long steps = std::min(floats, most_floats - floats_) / step_;
        if (steps <= 0 || count_ == ranges_.size()) return;
        floats_ += steps * step_;
        ranges_[count_++] = {first, steps};
    }

    /// One of a kernel's steps.
    RESIDUA_INLINE void fetch() {
        if (now_ == count_) return;
        Range& range = ranges_[now_];
        for (int i = 0; i < step_; i += channel_block) __builtin_prefetch(range.next + i, 0, 2);
        range.next += step_;
        if (--range.steps == 0) ++now_;
    }

  private:
    struct Range {
        const float* next = nullptr;
        long steps = 0;
    };
    static constexpr long most_floats = 128 * 1024;  ///< half of a second-level cache

    std::array<Range, 8> ranges_{};
    std::size_t count_ = 0;
    std::size_t now_ = 0;
    long floats_ = 0;
    int step_;
};

RESIDUA_INLINE void fetch(Ahead* ahead) {
    if (ahead != nullptr) ahead->fetch();
}

}  // namespace residua::detail::inline RESIDUA_ISA
