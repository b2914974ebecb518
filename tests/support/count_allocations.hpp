#pragma once

/// \file
/// Counts all allocations of a program, TBB's too. For one source file of an executable. Sanitizers have a malloc of
/// their own; with them nothing is counted.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <limits>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RESIDUA_COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#define RESIDUA_COUNTS_ALLOCATIONS !(__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define RESIDUA_COUNTS_ALLOCATIONS 1
#endif

namespace {

std::atomic<long> allocations = 0;

/// Calls `action` in several rounds and returns the fewest allocations of a round: TBB may allocate when a thread of
/// its own joins for the first time, whenever that is; what allocates in each call does so in each round.
template <class Action>
long fewest_allocations(const Action& action) {
    long fewest = std::numeric_limits<long>::max();
    for (int round = 0; round < 5; ++round) {
        const long before = allocations;
        for (int i = 0; i < 4; ++i) action();
        fewest = std::min(fewest, allocations - before);
    }
    return fewest;
}

}  // namespace

#if RESIDUA_COUNTS_ALLOCATIONS

extern "C" {

void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);

void* malloc(std::size_t size) noexcept {
    ++allocations;
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) noexcept {
    ++allocations;
    return __libc_calloc(count, size);
}
void* realloc(void* memory, std::size_t size) noexcept {
    ++allocations;
    return __libc_realloc(memory, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
    ++allocations;
    return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept { return memalign(alignment, size); }

}  // extern "C"

#endif
