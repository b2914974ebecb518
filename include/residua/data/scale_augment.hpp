#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <residua/data/colour.hpp>
#include <residua/data/crops.hpp>
#include <residua/data/normalisation.hpp>
#include <residua/data/random.hpp>
#include <residua/data/resize.hpp>
#include <residua/data/rgb_image.hpp>

namespace residua::inline RESIDUA_ISA {

/// How photographs may be changed in training (He et al. 2015, section 3.4): the shorter side resized to a length drawn
/// uniformly from [shortest, longest], a random crop, mirrored or not, the colours shifted.
struct ScaleAugmentation {
    int shortest = 256;
    int longest = 480;
    bool mirror = true;
    std::optional<ColourComponents> colours{imagenet_colours};
};

/// One way to make an input out of a photograph.
struct ScaleChoice {
    int shorter_side = 0;
    CropPlace place{};              ///< in the resized image
    std::array<float, 3> colour{};  ///< added to the channels, in units of v / 255
};

/// The choice for record `record` in epoch `epoch`, whatever came before it, for an image of this size. The crop has to
/// be no larger than `shortest` on both sides.
inline ScaleChoice choose(const ScaleAugmentation& augmentation, ImageSize image, ImageSize crop, std::uint64_t seed,
                          std::uint64_t epoch, std::uint64_t record) {
    const detail::Random random(seed, detail::Stream::scale, epoch);
    const auto between = [&](int first, int last, std::uint64_t number) {
        return first +
               static_cast<int>(random.below(static_cast<std::uint32_t>(last - first + 1), 4 * record + number));
    };
    ScaleChoice choice;
    choice.shorter_side = between(augmentation.shortest, augmentation.longest, 0);
    const ImageSize scaled = size_with_shorter_side(image, choice.shorter_side);
    choice.place = {between(0, scaled.height - crop.height, 1), between(0, scaled.width - crop.width, 2), crop.height,
                    crop.width, augmentation.mirror && between(0, 1, 3) == 1};
    if (augmentation.colours) choice.colour = choose(*augmentation.colours, seed, epoch, record);
    return choice;
}

/// The choice without chance: the middle, at a shorter side of 8/7 of the crop's longer one (256 for 224).
inline ScaleChoice middle_choice(ImageSize image, ImageSize crop) {
    const int shorter_side = std::max(crop.height, crop.width) * 8 / 7;
    const ImageSize scaled = size_with_shorter_side(image, shorter_side);
    return {shorter_side,
            {(scaled.height - crop.height) / 2, (scaled.width - crop.width) / 2, crop.height, crop.width},
            {}};
}

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// By how much a shift of the colours changes a channel; the only channel of a grey image by its part of each.
inline float colour_shift(const std::array<float, rgb_channels>& colour, std::size_t channel, std::size_t channels) {
    if (channels == rgb_channels) return colour[channel];
    float sum = 0.0F;
    for (std::size_t c = 0; c < rgb_channels; ++c) sum += colour[c] * static_cast<float>(grey_shares[c]) / 65536.0F;
    return sum;
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The input that a choice for an image of this size makes of it, into `dst`, planar [channel][row][column], three
/// channels or one, grey. Throws std::invalid_argument if `dst` has another size or the crop does not fit the
/// normalisation.
inline void scale_into(const RgbImage& image, const ScaleChoice& choice, const Normalisation& normalisation,
                       std::span<float> dst) {
    const CropPlace& place = choice.place;
    const ImageSize scaled = size_with_shorter_side({image.height, image.width}, choice.shorter_side);
    const RgbImage part = resized_part(image, scaled, place.top, place.left, {place.height, place.width});
    crop_into(part, {0, 0, place.height, place.width, place.mirrored}, normalisation, dst);
    const std::size_t plane = static_cast<std::size_t>(place.height) * static_cast<std::size_t>(place.width);
    const std::size_t channels = dst.size() / plane;
    for (std::size_t c = 0; c < channels; ++c) {
        const float colour = detail::colour_shift(choice.colour, c, channels);
        const float shift = static_cast<float>(colour / normalisation.deviation(c));
        for (float& value : dst.subspan(c * plane, plane)) value += shift;
    }
}

/// In a few words, for `ImageSource::augmentation_text`.
inline std::string text_of(const ScaleAugmentation& augmentation) {
    return "shorter side " + std::to_string(augmentation.shortest) + " to " + std::to_string(augmentation.longest) +
           (augmentation.mirror ? ", mirrored" : ", not mirrored") +
           (augmentation.colours ? ", colours " + augmentation.colours->text() : ", colours as they are");
}

}  // namespace residua::inline RESIDUA_ISA
