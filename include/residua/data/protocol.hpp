#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <residua/data/crops.hpp>
#include <residua/data/normalisation.hpp>
#include <residua/data/resize.hpp>
#include <residua/data/rgb_image.hpp>
#include <residua/on_error.hpp>

/// \file
/// How trained networks are tested on photographs (He et al. 2015, section 3.4). What becomes of the networks' outputs
/// is in train/scores.hpp.

namespace residua::inline RESIDUA_ISA {

/// Which squares of a resized image a network gets to see: see `center_crop`, `ten_crops`, `covering_squares`.
enum class Crops { center, ten, covering };

/// One size at which a protocol looks at an image: the image is resized to this shorter side, keeping its aspect, and
/// the network sees squares of `side` x `side` pixels of it.
struct TestScale {
    int shorter_side = 256;
    int side = 224;
    Crops crops = Crops::center;

    friend bool operator==(const TestScale&, const TestScale&) = default;
};

/// The sizes at which an image is looked at. Its class probabilities are the mean over the sizes of the mean over the
/// crops of the softmax of a network's outputs.
using Protocol = std::vector<TestScale>;

/// The square in the middle, where the shorter side is 8/7 as long (256 for 224).
inline Protocol center_crop_protocol(int side = 224) { return {{side * 8 / 7, side, Crops::center}}; }

/// Corners and middle, mirrored and not ("the standard 10-crop testing"), from the same resized image.
inline Protocol ten_crop_protocol(int side = 224) { return {{side * 8 / 7, side, Crops::ten}}; }

/// The shorter sides at which the paper averages the scores.
inline constexpr std::array paper_test_sides{224, 256, 384, 480, 640};

/// "The fully-convolutional form": at each size the whole image, covered by squares as high as its shorter side.
inline Protocol multi_scale_protocol(std::span<const int> sides = paper_test_sides) {
    Protocol protocol;
    for (const int side : sides) protocol.push_back({side, side, Crops::covering});
    return protocol;
}

/// A part of a resized image.
struct ImagePart {
    int top = 0;  ///< in the resized image
    int left = 0;
    RgbImage pixels;
};

/// An image as a protocol looks at it at one size. Of the resized image only what the crops show is computed: as one
/// part where that takes no more pixels than the crops have, else each crop for itself. So memory and time are bounded
/// by the protocol, however long and thin an image is.
struct TestImage {
    ImageSize size;                ///< of the image, resized
    std::vector<CropPlace> crops;  ///< in the resized image
    std::vector<ImagePart> parts;  ///< each crop lies in one
};

/// Thinner images than this many squares cover are not looked at by `Crops::covering`.
inline constexpr std::size_t most_covering_squares = 100;

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// The place of a crop in a part, which may lie outside of it.
inline CropPlace place_in(const ImagePart& part, CropPlace place) {
    place.top -= part.top;
    place.left -= part.left;
    return place;
}

/// The first part that holds a place; null if none does.
inline const ImagePart* part_with(const std::vector<ImagePart>& parts, const CropPlace& place) {
    const auto holds = [&](const ImagePart& part) {
        const CropPlace inside = place_in(part, place);
        return inside.top >= 0 && inside.left >= 0 && inside.top <= part.pixels.height - place.height &&
               inside.left <= part.pixels.width - place.width;
    };
    const auto found = std::ranges::find_if(parts, holds);
    return found == parts.end() ? nullptr : &*found;
}

/// The smallest rectangle that holds all crops.
inline CropPlace bounds_of(std::span<const CropPlace> crops) {
    CropPlace bounds = crops.front();
    for (const CropPlace& crop : crops) {
        const int bottom = std::max(bounds.top + bounds.height, crop.top + crop.height);
        const int right = std::max(bounds.left + bounds.width, crop.left + crop.width);
        bounds.top = std::min(bounds.top, crop.top);
        bounds.left = std::min(bounds.left, crop.left);
        bounds.height = bottom - bounds.top;
        bounds.width = right - bounds.left;
    }
    return bounds;
}

inline std::int64_t pixels_of(const CropPlace& place) { return std::int64_t{place.height} * place.width; }

inline std::vector<ImagePart> parts_for(const RgbImage& image, ImageSize size, std::span<const CropPlace> crops) {
    std::vector<ImagePart> parts;
    const auto add = [&](const CropPlace& place) {
        if (part_with(parts, place) != nullptr) return;
        parts.push_back(
            {place.top, place.left, resized_part(image, size, place.top, place.left, {place.height, place.width})});
    };
    std::int64_t in_crops = 0;
    for (const CropPlace& crop : crops) in_crops += pixels_of(crop);
    if (const CropPlace bounds = bounds_of(crops); pixels_of(bounds) <= in_crops) add(bounds);
    for (const CropPlace& crop : crops) add(crop);
    return parts;
}

inline std::vector<CropPlace> places_of(ImageSize size, const TestScale& scale) {
    switch (scale.crops) {
        case Crops::center:
            return center_crop(size.height, size.width, scale.side);
        case Crops::ten:
            return ten_crops(size.height, size.width, scale.side);
        case Crops::covering:
            break;
    }
    if (scale.side != scale.shorter_side) {
        detail::raise(std::invalid_argument("protocol: expected covering squares of the shorter side, " +
                                            std::to_string(scale.shorter_side) + ", found " +
                                            std::to_string(scale.side)));
    }
    return covering_squares(size.height, size.width);
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Places the squares and resizes what they show. Throws std::invalid_argument if they do not fit, a side is less than
/// 1, or more than `most_covering_squares` would be needed to cover the image.
inline TestImage test_image(const RgbImage& image, const TestScale& scale) {
    TestImage result;
    result.size = size_with_shorter_side({image.height, image.width}, scale.shorter_side);
    result.crops = detail::places_of(result.size, scale);
    if (scale.crops == Crops::covering && result.crops.size() > most_covering_squares) {
        detail::raise(
            std::invalid_argument("protocol: expected an image that " + std::to_string(most_covering_squares) +
                                  " squares can cover, found one of " + detail::size_text(image.height, image.width)));
    }
    result.parts = detail::parts_for(image, result.size, result.crops);
    return result;
}

/// Crop number `crop` as `crop_into(const RgbImage&, ...)` does it.
inline void crop_into(const TestImage& test, std::size_t crop, const Normalisation& normalisation,
                      std::span<float> dst) {
    const CropPlace& place = test.crops.at(crop);
    const ImagePart* const part = detail::part_with(test.parts, place);
    if (part == nullptr)
        detail::raise(std::invalid_argument("protocol: expected a part that holds each crop, found none"));
    crop_into(part->pixels, detail::place_in(*part, place), normalisation, dst);
}

}  // namespace residua::inline RESIDUA_ISA
