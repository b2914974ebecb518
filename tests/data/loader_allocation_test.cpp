#include <atomic>
#include <cstdlib>
#include <new>
#include <support/catch.hpp>

#include <residua/data/augmented_images.hpp>
#include <residua/data/builtin.hpp>
#include <residua/data/loader.hpp>

using namespace residua;

namespace {

std::atomic<int> allocations = 0;

}  // namespace

// Where one of them is inlined, g++ sees malloc'ed memory deleted, or memory of `new` freed.
__attribute__((noinline)) void* operator new(std::size_t size) {
    ++allocations;
    if (void* const memory = std::malloc(size)) return memory;
    throw std::bad_alloc();
}

// AddressSanitizer brings its own of this one, which would not fit our delete.
__attribute__((noinline)) void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size);
}

__attribute__((noinline)) void operator delete(void* memory) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

TEST_CASE("a loader does not allocate after construction, over several epochs") {
    const auto images = builtin_images(50, 1);
    AugmentedImages source(images, imagenet_normalisation());
    BatchLoader loader(source, {16, 3});
    loader.next();
    const int before = allocations;
    for (int i = 0; i < 40; ++i) loader.next();
    CHECK(allocations == before);
    CHECK(before > 0);
}
