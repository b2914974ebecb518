#pragma once

#include <array>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <residua/data/crops.hpp>
#include <residua/data/resize.hpp>
#include <residua/data/rgb_image.hpp>

/// \file
/// How trained networks are tested on photographs (He et al. 2015, section 3.4). What becomes of the networks' outputs
/// is in train/scores.hpp.

namespace residua {

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

/// An image as a protocol looks at it at one size.
struct TestImage {
    RgbImage image;  ///< resized
    std::vector<CropPlace> crops;
};

/// Resizes an image and places the squares. Throws std::invalid_argument if they do not fit, or a side is less than 1.
inline TestImage test_image(const RgbImage& image, const TestScale& scale) {
    TestImage result{with_shorter_side(image, scale.shorter_side), {}};
    const int height = result.image.height;
    const int width = result.image.width;
    switch (scale.crops) {
        case Crops::center:
            result.crops = center_crop(height, width, scale.side);
            break;
        case Crops::ten:
            result.crops = ten_crops(height, width, scale.side);
            break;
        case Crops::covering:
            result.crops = covering_squares(height, width);
            break;
    }
    if (result.crops.front().height != scale.side) {
        throw std::invalid_argument("protocol: expected covering squares of the shorter side, " +
                                    std::to_string(scale.shorter_side) + ", found " + std::to_string(scale.side));
    }
    return result;
}

}  // namespace residua
