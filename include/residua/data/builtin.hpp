#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <residua/data/detail/picture.hpp>
#include <residua/data/labelled_images.hpp>
#include <residua/data/random.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The class of built-in image `i`: every ten images from a multiple of ten hold each class once.
inline Label builtin_label(std::uint64_t seed, std::uint64_t i) {
    std::array<std::uint32_t, 10> order{};
    permute(order, mix(seed), i / order.size());
    return static_cast<Label>(order[i % order.size()]);
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The built-in data set: `count` pictures, 3 x 32 x 32, of ten classes (five figures filled or as outline, four
/// textures) at random places, sizes and angles, in random colours, with speckles and noise. A colour, a mean or
/// the contrast says nothing about the class. Image i is a function of (seed, i) alone: any count and slice agree, and
/// `first` begins at a later one.
inline LabelledImages builtin_images(std::size_t count, std::uint64_t seed, std::size_t first = 0) {
    LabelledImages images{detail::picture_channels,
                          detail::picture_side,
                          detail::picture_side,
                          10,
                          {},
                          {},
                          {"disc", "ring", "square", "frame", "triangle", "cross", "horizontal stripes",
                           "vertical stripes", "checkerboard", "dots"}};
    const std::size_t image_size = images.image_size();
    images.pixels.resize(count * image_size);
    images.labels.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        images.labels[i] = detail::builtin_label(seed, first + i);
        detail::paint_picture(static_cast<detail::Figure>(images.labels[i]),
                              detail::RandomSequence(detail::Random(seed, detail::Stream::picture, first + i)),
                              std::span(images.pixels).subspan(i * image_size, image_size));
    }
    return images;
}

}  // namespace residua::inline RESIDUA_ISA
