#pragma once

#include <cstddef>

#include <residua/kernel/view.hpp>
#include <residua/plan/inference.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// An inference step with everything that is the same for all images.
struct BoundStep {
    Window window{};
    Layout src{};
    Layout skip{};
    Layout dst{};
    long src_offset = 0;  ///< in floats, from the start of the arena
    long skip_offset = 0;
    long dst_offset = 0;
    const float* weight = nullptr;  ///< packed weights, or the scale of an element-wise step
    const float* bias = nullptr;
    const std::ptrdiff_t* taps = nullptr;
    int tap_count = 0;
    int group = 0;          ///< patches that go through the products together
    bool flat = false;      ///< the map is one long row
    bool by_tiles = false;  ///< threads share the dst channels, not the pixels: the weights are larger than the map
};

/// Which part of one image's step to do, and where its maps are.
struct Share {
    float* arena = nullptr;
    float* scratch = nullptr;  ///< this thread's own
    int part = 0;
    int parts = 1;

    /// This part's share of `count` pieces.
    [[nodiscard]] constexpr int first(int count) const { return static_cast<int>(1L * count * part / parts); }
    [[nodiscard]] constexpr int last(int count) const { return static_cast<int>(1L * count * (part + 1) / parts); }
};

using RunStep = void (*)(const BoundStep&, const Share&);

}  // namespace residua::detail::inline RESIDUA_ISA
