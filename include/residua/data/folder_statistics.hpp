#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include <residua/data/augmented_folder.hpp>
#include <residua/data/colour.hpp>

/// \file
/// What training needs to know about the images of a folder beforehand. Reading all of a large one takes hours, and
/// some thousand of its images, evenly spaced, say the same.

namespace residua::detail::inline RESIDUA_ISA {

inline constexpr std::size_t enough_images = 10'000;

/// The number of the i-th of `count` evenly spaced records out of `size`.
inline std::size_t evenly_spaced(std::size_t i, std::size_t count, std::size_t size) { return i * size / count; }

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The colours of up to `most` images, each pixel counted once. Throws FileError for broken files that are not to be
/// skipped.
inline ColourComponents colour_components(const ImageFolder& folder, BrokenFiles broken_files = BrokenFiles::fatal,
                                          std::size_t most = detail::enough_images) {
    ColourStatistics colours;
    const std::size_t count = std::min(most, folder.size());
    for (std::size_t i = 0; i < count; ++i) {
        try {
            colours.add(read_image(folder.path(detail::evenly_spaced(i, count, folder.size()))));
        } catch (const FileError&) {
            if (broken_files == BrokenFiles::fatal) throw;
        }
    }
    return colours.components();
}

/// Subtracts the mean of each pixel over up to `most` images, cropped in the middle to `shape` (He et al. 2015, section
/// 3.4). Throws FileError for broken files that are not to be skipped; else the next whole one counts.
inline Normalisation per_pixel_mean(const ImageFolder& folder, Chw shape = {3, 224, 224},
                                    BrokenFiles broken_files = BrokenFiles::fatal,
                                    std::size_t most = detail::enough_images,
                                    Orientation orientation = Orientation::stored) {
    const auto channels = static_cast<std::size_t>(std::max(shape.c, 1));
    const auto unchanged = Normalisation::per_channel(std::vector(channels, 0.0), std::vector(channels, 1.0));
    AugmentedFolder images(folder, unchanged, shape, std::nullopt, broken_files, orientation);
    const std::size_t count = std::min(most, images.size());
    std::vector<float> image(static_cast<std::size_t>(shape.count()));
    std::vector<double> sums(image.size());
    for (std::size_t i = 0; i < count; ++i) {
        images.fill(detail::evenly_spaced(i, count, images.size()), 0, 0, image);
        for (std::size_t k = 0; k < image.size(); ++k) sums[k] += image[k];
    }
    std::transform(sums.begin(), sums.end(), image.begin(),
                   [&](double sum) { return static_cast<float>(sum / static_cast<double>(count)); });
    return Normalisation::per_pixel_mean(std::move(image));
}

}  // namespace residua::inline RESIDUA_ISA
