#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <residua/config.hpp>

namespace residua {

/// One aligned block of floats on the heap, zero at first; a large one in huge pages where the system has them, because
/// transforms and packed weights touch many pages at a time.
class Arena {
  public:
    Arena() : Arena(0) {}
    /// \throws std::bad_alloc
    explicit Arena(std::size_t floats)
        : floats_{static_cast<float*>(::operator new(floats * sizeof(float), page_of(floats))), Free{page_of(floats)}},
          size_{floats} {
#if defined(__linux__)
        if (floats * sizeof(float) >= huge_page) madvise(floats_.get(), floats * sizeof(float), MADV_HUGEPAGE);
#endif
        std::fill_n(floats_.get(), size_, 0.0f);
    }

    [[nodiscard]] float* data() { return floats_.get(); }
    [[nodiscard]] const float* data() const { return floats_.get(); }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::span<float> span() { return {floats_.get(), size_}; }
    [[nodiscard]] std::span<const float> span() const { return {floats_.get(), size_}; }

  private:
    static constexpr std::size_t page = 4096;
    static constexpr std::size_t huge_page = std::size_t{2} << 20;
    static constexpr std::align_val_t page_of(std::size_t floats) {
        return std::align_val_t{floats * sizeof(float) >= huge_page ? huge_page : page};
    }
    struct Free {
        std::align_val_t aligned = {};
        void operator()(float* floats) const { ::operator delete(floats, aligned); }
    };
    std::unique_ptr<float[], Free> floats_;
    std::size_t size_ = 0;
};

}  // namespace residua
