#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <residua/on_error.hpp>

namespace residua::inline RESIDUA_ISA {

/// The number of a class, counted from 0.
using Label = std::uint16_t;

/// Labelled images that live elsewhere: a cheap view, valid as long as their owner.
/// Pixels are planar bytes, [image][channel][row][column]; labels are smaller than `classes`.
struct ImagesView {
    int channels = 0;
    int height = 0;
    int width = 0;
    int classes = 0;
    std::span<const std::uint8_t> pixels;
    std::span<const Label> labels;

    std::size_t size() const { return labels.size(); }

    /// Bytes of one image: channels x height x width.
    std::size_t image_size() const {
        return static_cast<std::size_t>(channels) * static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
    }

    /// The pixels of image `i` < size().
    std::span<const std::uint8_t> image(std::size_t i) const { return pixels.subspan(i * image_size(), image_size()); }

    /// Images first ... first + count - 1, not copied. Throws std::invalid_argument if there are not as many.
    ImagesView slice(std::size_t first, std::size_t count) const {
        if (first > size() || count > size() - first) {
            detail::raise(std::invalid_argument("slice of images: expected at most " + std::to_string(size()) +
                                                " images, found first " + std::to_string(first) + " and count " +
                                                std::to_string(count)));
        }
        ImagesView part = *this;
        part.pixels = pixels.subspan(first * image_size(), count * image_size());
        part.labels = labels.subspan(first, count);
        return part;
    }
};

/// Labelled images and the names of their classes. Memory order as in `ImagesView`.
struct LabelledImages {
    int channels = 0;
    int height = 0;
    int width = 0;
    int classes = 0;
    std::vector<std::uint8_t> pixels;
    std::vector<Label> labels;
    std::vector<std::string> class_names;

    std::size_t size() const { return labels.size(); }
    std::size_t image_size() const { return view().image_size(); }
    std::span<const std::uint8_t> image(std::size_t i) const { return view().image(i); }
    ImagesView slice(std::size_t first, std::size_t count) const { return view().slice(first, count); }
    ImagesView view() const { return {channels, height, width, classes, pixels, labels}; }
    operator ImagesView() const { return view(); }
};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// Throws std::invalid_argument unless `label` is below `classes`.
inline void check_label(Label label, int classes, std::size_t record) {
    if (label < classes) return;
    detail::raise(std::invalid_argument("images: label of record " + std::to_string(record) + ": expected 0 to " +
                                        std::to_string(classes - 1) + ", found " + std::to_string(label)));
}

}  // namespace residua::detail::inline RESIDUA_ISA
