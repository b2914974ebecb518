#pragma once

#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <residua/data/labelled_images.hpp>
#include <residua/finite.hpp>
#include <residua/on_error.hpp>

namespace residua::inline RESIDUA_ISA {

/// How bytes become a network's input: v / 255, then per channel (x - mean) / deviation, or minus the mean of each
/// pixel over a training set (He et al. 2015, section 4.2). Immutable, so safe to share between threads.
class Normalisation {
  public:
    /// One mean and one deviation per channel, both in units of v / 255. Throws std::invalid_argument unless there are
    /// as many means as deviations, at least one, all are finite and deviations positive.
    static Normalisation per_channel(std::span<const double> mean, std::span<const double> deviation) {
        Normalisation result;
        if (mean.empty() || mean.size() != deviation.size()) {
            detail::raise(std::invalid_argument("normalisation: expected as many means as deviations, found " +
                                                std::to_string(mean.size()) + " and " +
                                                std::to_string(deviation.size())));
        }
        for (std::size_t c = 0; c < mean.size(); ++c) {
            result.channels_.push_back({mean[c], deviation[c]});
            result.tables_.push_back(table(mean[c], deviation[c]));
            const bool sound = deviation[c] > 0 && detail::is_finite(deviation[c]);
            if (!sound || !detail::all_finite<float>(result.tables_.back())) {
                detail::raise(
                    std::invalid_argument("normalisation: expected finite means and positive deviations, found " +
                                          detail::number_text(mean[c]) + " and " + detail::number_text(deviation[c]) +
                                          " for channel " + std::to_string(c)));
            }
        }
        return result;
    }

    /// Minus the mean of each pixel over `images`, summed exactly. Throws std::invalid_argument if there are no images.
    static Normalisation per_pixel_mean(ImagesView images) {
        if (images.size() == 0)
            detail::raise(std::invalid_argument("normalisation: expected at least one image, found none"));
        std::vector<std::uint64_t> sums(images.image_size());
        for (std::size_t i = 0; i < images.size(); ++i) {
            const auto image = images.image(i);
            for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += image[k];
        }
        std::vector<float> mean;
        mean.reserve(sums.size());
        for (const auto sum : sums) {
            mean.push_back(static_cast<float>(static_cast<double>(sum) / (255.0 * static_cast<double>(images.size()))));
        }
        return per_pixel_mean(std::move(mean));
    }

    /// A mean for each value of an image, planar, in units of v / 255. Throws std::invalid_argument unless all are
    /// finite.
    static Normalisation per_pixel_mean(std::vector<float> mean) {
        const std::size_t wrong = detail::first_not_finite<float>(mean);
        if (wrong < mean.size()) {
            detail::raise(std::invalid_argument("normalisation: expected finite means, found " +
                                                detail::number_text(mean[wrong]) + " for value " +
                                                std::to_string(wrong)));
        }
        Normalisation result;
        result.pixel_mean_ = std::move(mean);
        result.tables_.push_back(table(0, 1));
        return result;
    }

    /// What `text` of another object gave. Throws std::invalid_argument for anything else.
    static Normalisation from_text(std::string_view text) {
        if (take(text, pixel_prefix)) return per_pixel_mean(floats_from(text));
        if (!take(text, channel_prefix)) fail(text);
        std::vector<double> mean;
        std::vector<double> deviation;
        do {
            mean.push_back(number_from(text));
            if (!take(text, "/")) fail(text);
            deviation.push_back(number_from(text));
        } while (take(text, ","));
        if (!text.empty()) fail(text);
        return per_channel(mean, deviation);
    }

    /// One line of ASCII from which `from_text` makes the same object, bit for bit: `channels 0.485/0.229,...`, or
    /// `pixels ` and eight hexadecimal digits for each float.
    std::string text() const {
        if (channels_.empty()) return std::string(pixel_prefix) + hexadecimal(pixel_mean_);
        std::string line(channel_prefix);
        for (const auto& channel : channels_) {
            if (line.size() > channel_prefix.size()) line += ',';
            line += detail::number_text(channel.mean) + '/' + detail::number_text(channel.deviation);
        }
        return line;
    }

    /// Whether images of this shape can be normalised.
    bool fits(ImagesView images) const {
        return channels_.empty() ? pixel_mean_.size() == images.image_size()
                                 : channels_.size() == static_cast<std::size_t>(images.channels);
    }

    /// Throws std::invalid_argument unless `fits`.
    void check(ImagesView images) const {
        if (fits(images)) return;
        const std::string expected = channels_.empty() ? std::to_string(pixel_mean_.size()) + " values"
                                                       : std::to_string(channels_.size()) + " channels";
        detail::raise(std::invalid_argument("normalisation: expected images of " + expected + ", found " +
                                            std::to_string(images.channels) + " x " + std::to_string(images.height) +
                                            " x " + std::to_string(images.width)));
    }

    /// What a channel is divided by, in units of v / 255: 1 where the mean of each pixel is subtracted.
    double deviation(std::size_t channel) const { return channels_.empty() ? 1.0 : channels_[channel].deviation; }

    /// Normalises one image, planar bytes to planar floats. Requires an image that `fits` and dst.size() = src.size().
    void apply(std::span<const std::uint8_t> src, std::span<float> dst) const {
        if (channels_.empty()) {
            for (std::size_t k = 0; k < src.size(); ++k) dst[k] = tables_[0][src[k]] - pixel_mean_[k];
            return;
        }
        const std::size_t plane = src.size() / channels_.size();
        for (std::size_t c = 0; c < channels_.size(); ++c) {
            for (std::size_t k = c * plane; k < (c + 1) * plane; ++k) dst[k] = tables_[c][src[k]];
        }
    }

  private:
    using Table = std::array<float, 256>;

    struct Channel {
        double mean;
        double deviation;
    };

    static constexpr std::string_view channel_prefix = "channels ";
    static constexpr std::string_view pixel_prefix = "pixels ";
    static constexpr std::size_t digits_per_float = 8;

    Normalisation() = default;

    /// The result for every byte, rounded once from double.
    static Table table(double mean, double deviation) {
        Table values{};
        for (std::size_t v = 0; v < values.size(); ++v) {
            values[v] = static_cast<float>((static_cast<double>(v) / 255.0 - mean) / deviation);
        }
        return values;
    }

    [[noreturn]] static void fail(std::string_view rest) {
        detail::raise(
            std::invalid_argument("normalisation: expected 'channels mean/deviation,...' or 'pixels <hexadecimal>', "
                                  "found '" +
                                  std::string(rest.substr(0, 40)) + "'"));
    }

    static bool take(std::string_view& text, std::string_view token) {
        if (!text.starts_with(token)) return false;
        text.remove_prefix(token.size());
        return true;
    }

    static double number_from(std::string_view& text) {
        double value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (error != std::errc() || !detail::is_finite(value) || value <= -1e6 || value >= 1e6) fail(text);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        return value;
    }

    static std::vector<float> floats_from(std::string_view text) {
        if (text.empty() || text.size() % digits_per_float != 0) fail(text);
        std::vector<float> values;
        for (; !text.empty(); text.remove_prefix(digits_per_float)) {
            std::uint32_t bits = 0;
            const char* const last = text.data() + digits_per_float;
            if (std::from_chars(text.data(), last, bits, 16).ptr != last) fail(text);
            values.push_back(std::bit_cast<float>(bits));
        }
        return values;
    }

    static std::string hexadecimal(std::span<const float> values) {
        constexpr std::string_view digits = "0123456789abcdef";
        std::string text;
        for (const float value : values) {
            const auto bits = std::bit_cast<std::uint32_t>(value);
            for (unsigned shift = 32; shift > 0; shift -= 4) text += digits[(bits >> (shift - 4)) & 0xFU];
        }
        return text;
    }

    std::vector<Channel> channels_;
    std::vector<float> pixel_mean_;
    std::vector<Table> tables_;
};

/// ImageNet's means and deviations, as torchvision uses them.
inline Normalisation imagenet_normalisation() {
    return Normalisation::per_channel(std::array{0.485, 0.456, 0.406}, std::array{0.229, 0.224, 0.225});
}

/// CIFAR-10's means, and the deviations that most published CIFAR-10 training code uses.
inline Normalisation cifar10_normalisation() {
    return Normalisation::per_channel(std::array{0.4914, 0.4822, 0.4465}, std::array{0.2023, 0.1994, 0.2010});
}

}  // namespace residua::inline RESIDUA_ISA
