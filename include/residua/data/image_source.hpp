#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <residua/data/labelled_images.hpp>
#include <residua/finite.hpp>
#include <residua/geometry/chw.hpp>
#include <residua/on_error.hpp>

namespace residua::inline RESIDUA_ISA {

/// Where training gets its images from: numbered records, each of which becomes an image that is normalised and, as the
/// source likes, changed at random. What comes out is a function of (seed, epoch, record) alone, so a run can be
/// repeated and resumed. One thread at a time may call `fill`; the rest never changes.
class ImageSource {
  public:
    virtual ~ImageSource() = default;

    virtual std::size_t size() const = 0;  ///< number of records
    virtual Chw shape() const = 0;         ///< of every image that `fill` makes
    virtual int classes() const = 0;       ///< labels are below it

    /// Makes the image of `record` < size() in this epoch and returns its label. `dst` holds shape().count() floats,
    /// planar [channel][row][column]. Throws what hinders it.
    virtual Label fill(std::size_t record, std::uint64_t seed, std::uint64_t epoch, std::span<float> dst) = 0;

    /// Whether the last `fill` of this record made another image, because its own is broken: errors are not measured on
    /// it. For the thread that fills.
    virtual bool replaced(std::size_t /*record*/) const { return false; }

    /// What was wrong with the images that were replaced so far, each named once. Any thread may ask.
    virtual std::vector<std::string> broken() const { return {}; }

    /// How images are changed, in a few words: what a resumed run must do the same way.
    virtual std::string augmentation_text() const = 0;

    /// What to call a record that `fill` made last, in messages.
    virtual std::string name(std::size_t record) const { return "record " + std::to_string(record); }
};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// Throws std::invalid_argument unless all values of a record's image are finite: says which is not.
inline void check_image(const ImageSource& source, std::size_t record, std::span<const float> image) {
    const std::size_t wrong = first_not_finite(image);
    if (wrong == image.size()) return;
    const auto rows = static_cast<std::size_t>(source.shape().h);
    const auto columns = static_cast<std::size_t>(source.shape().w);
    detail::raise(std::invalid_argument(
        "images: " + source.name(record) + ": expected finite values, found " + number_text(image[wrong]) +
        " in channel " + std::to_string(wrong / columns / rows) + ", row " + std::to_string(wrong / columns % rows) +
        ", column " + std::to_string(wrong % columns)));
}

/// `fill`, and looks at what comes of it. Throws std::invalid_argument if the label is out of range or a value is not
/// finite, and what the source throws.
inline Label fill_checked(ImageSource& source, std::size_t record, std::uint64_t seed, std::uint64_t epoch,
                          std::span<float> dst) {
    const Label label = source.fill(record, seed, epoch, dst);
    check_label(label, source.classes(), record);
    check_image(source, record, dst);
    return label;
}

}  // namespace residua::detail::inline RESIDUA_ISA
