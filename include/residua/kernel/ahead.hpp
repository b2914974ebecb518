#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <residua/tensor/pack.hpp>

namespace residua::inline RESIDUA_ISA {

/// What a thread reads next. Kernels fetch it into the second-level cache while they compute, a few cache lines with
/// each of their steps, so that neither has to wait for the other. One thread's own.
class alignas(alignment) Ahead {
  public:
    /// Forgets what was not fetched.
    void clear() { *this = {}; }

    /// Behind what there is already; no more than fits into the cache.
    void add(const float* first, long floats) {
        const long steps = std::min(floats / step, most_steps - steps_);
        if (steps <= 0 || count_ == ranges_.size()) return;
        steps_ += steps;
        ranges_[count_++] = {first, steps};
    }

    /// One of a kernel's steps.
    RESIDUA_INLINE void fetch() {
        if (now_ == count_) return;
        Range& range = ranges_[now_];
        for (int i = 0; i < step; i += channel_block) __builtin_prefetch(range.next + i, 0, 2);
        range.next += step;
        if (--range.steps == 0) ++now_;
    }

  private:
    struct Range {
        const float* next = nullptr;
        long steps = 0;
    };
    static constexpr int step = 4 * channel_block;
    static constexpr long most_steps = 2 * 1024;  ///< half of a second-level cache

    std::array<Range, 8> ranges_{};
    std::size_t count_ = 0;
    std::size_t now_ = 0;
    long steps_ = 0;
};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

RESIDUA_INLINE void fetch(Ahead* ahead) {
    if (ahead != nullptr) ahead->fetch();
}

}  // namespace residua::detail::inline RESIDUA_ISA
