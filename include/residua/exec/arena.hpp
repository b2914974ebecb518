#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>

#include <residua/config.hpp>

namespace residua {

/// One aligned block of floats on the heap, zero at first.
class Arena {
  public:
    Arena() = default;
    /// \throws std::bad_alloc
    explicit Arena(std::size_t floats)
        : floats_{static_cast<float*>(::operator new (floats * sizeof(float), std::align_val_t{page}))}, size_{floats} {
        std::fill_n(floats_.get(), size_, 0.0f);
    }

    [[nodiscard]] float* data() { return floats_.get(); }
    [[nodiscard]] const float* data() const { return floats_.get(); }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::span<float> span() { return {floats_.get(), size_}; }
    [[nodiscard]] std::span<const float> span() const { return {floats_.get(), size_}; }

  private:
    static constexpr std::size_t page = 4096;
    struct Free {
        void operator()(float* floats) const { ::operator delete (floats, std::align_val_t{page}); }
    };
    std::unique_ptr<float[], Free> floats_;
    std::size_t size_ = 0;
};

}  // namespace residua
