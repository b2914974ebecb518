#pragma once

#include <cstddef>

#include <residua/kernel/view.hpp>
#include <residua/plan/inference.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Where a step's map is, in floats: from the start of the arena to the first image's, from an image's to the next
/// one's.
struct Place {
    long offset = 0;
    long image = 0;
};

/// A step's places and sizes for one image at a time, or for groups of images.
struct BoundPlaces {
    Place src{};
    Place skip{};
    Place dst{};
    int patches = 0;  ///< that go through the products together
};

/// An inference step with everything that is the same for all images.
struct BoundStep {
    Window window{};
    Layout src{};
    Layout skip{};
    Layout dst{};
    BoundPlaces one{};
    BoundPlaces group{};
    const float* weight = nullptr;  ///< packed weights, or the scale of an element-wise step
    const float* bias = nullptr;
    const std::ptrdiff_t* taps = nullptr;
    int tap_count = 0;
    bool shared = false;    ///< by threads: there is enough to do
    bool flat = false;      ///< the map is one long row
    bool by_tiles = false;  ///< threads share the dst channels, not the pixels: weights are much larger than the map
};

/// Which part of a step to do, for which images, and where their maps are.
struct Share {
    float* arena = nullptr;
    float* scratch = nullptr;  ///< this thread's own
    bool grouped = false;      ///< the arena is laid out for a group of images
    int first_image = 0;       ///< of the group
    int images = 1;
    int part = 0;
    int parts = 1;

    /// This part's share of `count` pieces.
    [[nodiscard]] constexpr int first(int count) const { return static_cast<int>(1L * count * part / parts); }
    [[nodiscard]] constexpr int last(int count) const { return static_cast<int>(1L * count * (part + 1) / parts); }
    [[nodiscard]] constexpr const BoundPlaces& places(const BoundStep& step) const {
        return grouped ? step.group : step.one;
    }
    /// The map of one of the share's images.
    [[nodiscard]] constexpr float* map(const Place& place, int image) const {
        return arena + place.offset + (first_image + image) * place.image;
    }
};

using RunStep = void (*)(const BoundStep&, const Share&);

}  // namespace residua::detail::inline RESIDUA_ISA
