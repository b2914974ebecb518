#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>

#include <residua/data/labelled_images.hpp>
#include <residua/data/normalisation.hpp>
#include <residua/on_error.hpp>

namespace residua::inline RESIDUA_ISA {

/// Normalises images first ... first + count - 1 into `dst`, [image][channel][row][column], without a thread: for
/// evaluation. Throws std::invalid_argument if there are not as many images, a label is out of range, the images do
/// not fit the normalisation, or dst.size() is not count x image size.
inline void fill_batch(ImagesView images, const Normalisation& normalisation, std::size_t first, std::size_t count,
                       std::span<float> dst) {
    const ImagesView part = images.slice(first, count);
    const std::size_t image_size = part.image_size();
    normalisation.check(part);
    if (dst.size() != count * image_size) {
        detail::raise(std::invalid_argument("batch: expected room for " + std::to_string(count * image_size) +
                                            " floats, found " + std::to_string(dst.size())));
    }
    for (std::size_t i = 0; i < count; ++i) {
        detail::check_label(images.labels[first + i], images.classes, first + i);
        normalisation.apply(part.image(i), dst.subspan(i * image_size, image_size));
    }
}

}  // namespace residua::inline RESIDUA_ISA
