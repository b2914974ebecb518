#pragma once

#include <cstddef>

#include <residua/kernel/conv_task.hpp>
#include <residua/kernel/simd/border.hpp>
#include <residua/kernel/view.hpp>
#include <residua/plan/inference.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Where a step's map is, in floats: from the start of the arena to the first image's, from an image's to the next
/// one's.
struct MapOffset {
    long first = 0;
    long step = 0;
};

/// A step's maps and sizes for one image at a time, or for groups of images.
struct BoundOffsets {
    MapOffset src{};
    MapOffset skip{};
    MapOffset dst{};
    int patches = 0;  ///< that go through the products together
};

/// An inference step with everything that is the same for all images.
struct BoundStep {
    const Node* node = nullptr;
    Window window{};
    Layout src{};
    Layout skip{};
    Layout dst{};
    BoundOffsets one{};
    BoundOffsets group{};
    const float* weight = nullptr;  ///< packed weights, or the scale of an element-wise step
    const float* bias = nullptr;
    const std::ptrdiff_t* taps = nullptr;
    int tap_count = 0;
    int first_channel = 0;  ///< of the result, where a source is copied
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
    [[nodiscard]] constexpr const BoundOffsets& offsets(const BoundStep& step) const {
        return grouped ? step.group : step.one;
    }
    /// The map of one of the share's images.
    [[nodiscard]] constexpr float* map(const MapOffset& map, int image) const {
        return arena + map.first + (first_image + image) * map.step;
    }
};

using RunStep = void (*)(const BoundStep&, const Share&);

inline MapView<const float> source(const BoundStep& step, const Share& share, int image) {
    return {share.map(share.offsets(step).src, image), step.src};
}
inline MapView<const float> shortcut(const BoundStep& step, const Share& share, int image) {
    return {share.map(share.offsets(step).skip, image), step.skip};
}
inline MapView<float> target(const BoundStep& step, const Share& share, int image) {
    return {share.map(share.offsets(step).dst, image), step.dst};
}

/// Calls `run(src, shortcut, dst)` with the maps of one image after another, the frame of dst cleared.
template <class Run>
void for_images(const BoundStep& step, const Share& share, const Run& run) {
    for (int image = 0; image < share.images; ++image) {
        const MapView<float> dst = target(step, share, image);
        if (share.part == 0) clear_frame(dst);
        run(source(step, share, image), shortcut(step, share, image), dst);
    }
}

/// A part's share of the pieces, or all of them.
constexpr Pieces pieces_of(int count, bool shared, const Share& share) {
    return shared ? Pieces{share.first(count), share.last(count)} : Pieces{0, count};
}

}  // namespace residua::detail::inline RESIDUA_ISA
