#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <residua/data/normalisation.hpp>
#include <residua/data/rgb_image.hpp>
#include <residua/on_error.hpp>

/// \file
/// The parts of an image that a network gets to see (He et al. 2015, section 3.4; the ten crops are those of
/// Krizhevsky, Sutskever, Hinton 2012).

namespace residua::inline RESIDUA_ISA {

/// A part of an image, mirrored or not.
struct CropPlace {
    int top = 0;
    int left = 0;
    int height = 0;
    int width = 0;
    bool mirrored = false;

    friend bool operator==(const CropPlace&, const CropPlace&) = default;
};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

inline std::string size_text(int height, int width) { return std::to_string(height) + " x " + std::to_string(width); }

/// Throws std::invalid_argument unless the crop is part of an image of this size.
inline void check_crop(int height, int width, const CropPlace& place) {
    const auto inside = [](int first, int count, int size) {
        return first >= 0 && count >= 1 && first <= size - count;
    };
    if (inside(place.top, place.height, height) && inside(place.left, place.width, width)) return;
    detail::raise(std::invalid_argument(
        "crop: expected a part of " + size_text(height, width) + ", found " + size_text(place.height, place.width) +
        " from row " + std::to_string(place.top) + " and column " + std::to_string(place.left) + " on"));
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// One normalised crop into `dst`, planar [channel][row][column]: height x width floats for each of three channels, or
/// of one, grey. Throws std::invalid_argument if the crop leaves the image, does not fit the normalisation, or `dst`
/// has another size.
inline void crop_into(const RgbImage& image, const CropPlace& place, const Normalisation& normalisation,
                      std::span<float> dst) {
    detail::check_crop(image.height, image.width, place);
    const std::size_t plane = static_cast<std::size_t>(place.height) * static_cast<std::size_t>(place.width);
    const std::size_t channels = dst.size() / plane;
    if (dst.size() % plane != 0 || (channels != 1 && channels != detail::rgb_channels)) {
        detail::raise(std::invalid_argument("crop: expected room for " + std::to_string(plane) + " or " +
                                            std::to_string(detail::rgb_channels * plane) + " floats, found " +
                                            std::to_string(dst.size())));
    }
    normalisation.check({static_cast<int>(channels), place.height, place.width, 0, {}, {}});
    std::vector<std::uint8_t> planar(dst.size());
    std::uint8_t* out = planar.data();
    for (int row = place.top; row < place.top + place.height; ++row) {
        const auto src = detail::row_of(image, row).subspan(detail::rgb_size(1, place.left));
        for (int column = 0; column < place.width; ++column, ++out) {
            const std::uint8_t* pixel = &src[detail::rgb_size(1, place.mirrored ? place.width - 1 - column : column)];
            if (channels == 1) {
                *out = detail::grey(pixel);
            } else {
                for (std::size_t c = 0; c < detail::rgb_channels; ++c) out[c * plane] = pixel[c];
            }
        }
    }
    normalisation.apply(planar, dst);
}

/// The square in the middle; of two equally near places the upper and left one. Throws std::invalid_argument if it does
/// not fit.
inline std::vector<CropPlace> center_crop(int height, int width, int side) {
    const CropPlace middle{(height - side) / 2, (width - side) / 2, side, side};
    detail::check_crop(height, width, middle);
    return {middle};
}

/// Ten squares: upper left, upper right, lower left, lower right, middle, then the same mirrored. Throws
/// std::invalid_argument if they do not fit.
inline std::vector<CropPlace> ten_crops(int height, int width, int side) {
    std::vector<CropPlace> places = center_crop(height, width, side);
    const int bottom = height - side;
    const int right = width - side;
    places.insert(places.begin(),
                  {{0, 0, side, side}, {0, right, side, side}, {bottom, 0, side, side}, {bottom, right, side, side}});
    for (std::size_t i = 0; i < 5; ++i) {
        places.push_back(places[i]);
        places.back().mirrored = true;
    }
    return places;
}

/// Squares as high as the shorter side that cover the image: as many as are needed, evenly spaced along the longer
/// side, the first and the last flush with the ends. Throws std::invalid_argument for an image without pixels.
inline std::vector<CropPlace> covering_squares(int height, int width) {
    const int side = std::min(height, width);
    detail::check_crop(height, width, {0, 0, side, side});
    const int spare = std::max(height, width) - side;
    const int gaps = (spare + side - 1) / side;  // between the squares
    std::vector<CropPlace> places;
    for (int i = 0; i <= gaps; ++i) {
        const int along = gaps == 0 ? 0 : static_cast<int>(std::int64_t{spare} * i / gaps);
        places.push_back({height > width ? along : 0, height > width ? 0 : along, side, side});
    }
    return places;
}

}  // namespace residua::inline RESIDUA_ISA
