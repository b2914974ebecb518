#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include <residua/config.hpp>
#include <residua/on_error.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// One aligned block of floats on the heap, zero at first; a large one in huge pages where the system has them, because
/// transforms and packed weights touch many pages at a time. Large blocks take up memory from the first use of each
/// page on: they come from the system, whose pages are zero.
class Arena {
  public:
    Arena() : Arena(0) {}
    /// \throws std::bad_alloc
    explicit Arena(std::size_t floats) : floats_{allocate(floats)}, size_{floats} {
#if defined(__linux__)
        if (floats * sizeof(float) >= huge_page) madvise(data(), floats * sizeof(float), MADV_HUGEPAGE);
#endif
    }

    [[nodiscard]] float* data() { return floats_.get(); }
    [[nodiscard]] const float* data() const { return floats_.get(); }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::span<float> span() { return {floats_.get(), size_}; }
    [[nodiscard]] std::span<const float> span() const { return {floats_.get(), size_}; }

  private:
    static constexpr std::size_t page = 4096;
    static constexpr std::size_t huge_page = std::size_t{2} << 20;

    struct Free {
        void* block = nullptr;
        void operator()(float*) const { std::free(block); }
    };
    using Floats = std::unique_ptr<float[], Free>;

    static Floats allocate(std::size_t floats) {
        const std::size_t bytes = floats * sizeof(float);
        const std::size_t aligned = bytes >= huge_page ? huge_page : page;
        std::size_t room = bytes + aligned;
        void* const block = std::calloc(room, 1);
        if (block == nullptr) detail::raise(std::bad_alloc());
        void* first = block;
        return {static_cast<float*>(std::align(aligned, bytes, first, room)), Free{block}};
    }

    Floats floats_;
    std::size_t size_ = 0;
};

}  // namespace residua::detail::inline RESIDUA_ISA
