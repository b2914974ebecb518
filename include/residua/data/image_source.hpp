#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <residua/data/labelled_images.hpp>
#include <residua/shape/chw.hpp>

namespace residua {

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
};

}  // namespace residua
