#pragma once

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <jerror.h>
#include <jpeglib.h>
#include <memory>
#include <png.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <residua/data/rgb_image.hpp>
#include <residua/io/error.hpp>
#include <residua/io/file.hpp>

/// \file
/// JPEG and PNG files. The only door to libjpeg and libpng.

namespace residua {

namespace detail {

/// Files that claim more than this are taken for broken before any memory is given to them.
inline constexpr std::int64_t most_pixels = 100'000'000;

inline void check_picture_size(std::string_view name, std::int64_t height, std::int64_t width) {
    if (height * width <= most_pixels) return;
    throw FileError(name, "size", "at most " + std::to_string(most_pixels) + " pixels",
                    std::to_string(width) + " x " + std::to_string(height));
}

/// Reads one JPEG image. libjpeg leaves its functions by a jump when the file is broken, so it is only called inside of
/// `guarded`.
class JpegReader {
  public:
    explicit JpegReader(std::string_view name) : name_(name) {
        jpeg_.err = jpeg_std_error(&errors_.base);
        errors_.base.error_exit = leave;
        errors_.base.emit_message = [](j_common_ptr jpeg, int level) {
            // Any decoder passes over bytes too many between markers; all other warnings are about missing pixels.
            if (level < 0 && jpeg->err->msg_code != JWRN_EXTRANEOUS_DATA) leave(jpeg);
        };
    }
    JpegReader(const JpegReader&) = delete;
    JpegReader& operator=(const JpegReader&) = delete;
    ~JpegReader() { jpeg_destroy_decompress(&jpeg_); }

    RgbImage read(std::span<const std::byte> content) {
        guarded([&] {
            jpeg_create_decompress(&jpeg_);
            jpeg_mem_src(&jpeg_, reinterpret_cast<const unsigned char*>(content.data()),
                         static_cast<unsigned long>(content.size()));
            jpeg_read_header(&jpeg_, TRUE);
        });
        check_picture_size(name_, jpeg_.image_height, jpeg_.image_width);
        const bool inks = jpeg_.jpeg_color_space == JCS_CMYK || jpeg_.jpeg_color_space == JCS_YCCK;
        jpeg_.out_color_space = inks ? JCS_CMYK : JCS_RGB;
        RgbImage image = rgb_image(static_cast<int>(jpeg_.image_height), static_cast<int>(jpeg_.image_width));
        std::vector<std::uint8_t> ink_row(inks ? std::size_t{4} * jpeg_.image_width : 0);
        guarded([&] {
            jpeg_start_decompress(&jpeg_);
            while (jpeg_.output_scanline < jpeg_.output_height) {
                const std::span<std::uint8_t> row = row_of(image, static_cast<int>(jpeg_.output_scanline));
                JSAMPROW destination = inks ? ink_row.data() : row.data();
                jpeg_read_scanlines(&jpeg_, &destination, 1);
                if (inks) mix_inks(ink_row, jpeg_.saw_Adobe_marker != 0, row);
            }
            jpeg_finish_decompress(&jpeg_);
        });
        return image;
    }

  private:
    struct Errors {
        jpeg_error_mgr base;  // first, because libjpeg hands on its address
        std::jmp_buf back;
    };

    [[noreturn]] static void leave(j_common_ptr jpeg) { std::longjmp(reinterpret_cast<Errors*>(jpeg->err)->back, 1); }

    /// Calls `step`, which may be left by a jump and therefore owns nothing. \throws FileError if it was.
    template <class Step>
    void guarded(const Step& step) {
        if (setjmp(errors_.back) != 0) fail();
        step();
    }

    [[noreturn]] void fail() {
        std::array<char, JMSG_LENGTH_MAX> text{};
        errors_.base.format_message(reinterpret_cast<j_common_ptr>(&jpeg_), text.data());
        throw FileError(name_, "JPEG data", "a whole image", printable(text.data()));
    }

    /// Cyan, magenta, yellow and black on white paper. Adobe stores how much light they leave instead.
    static void mix_inks(std::span<const std::uint8_t> inks, bool inverted, std::span<std::uint8_t> row) {
        const auto light = [&](std::size_t i) { return inverted ? unsigned{inks[i]} : 255U - inks[i]; };
        for (std::size_t column = 0; column < row.size() / rgb_channels; ++column) {
            for (std::size_t c = 0; c < rgb_channels; ++c) {
                const unsigned product = light(4 * column + c) * light(4 * column + 3);
                row[rgb_channels * column + c] = static_cast<std::uint8_t>((product + 127) / 255);
            }
        }
    }

    std::string name_;
    jpeg_decompress_struct jpeg_{};
    Errors errors_{};
};

/// Throws FileError unless the file goes on to its last chunk: libpng stops reading behind the last pixel.
inline void check_png_ends(std::span<const std::byte> content, std::string_view name) {
    constexpr std::size_t signature = 8;
    constexpr std::size_t frame = 12;  // of each chunk: length, type, checksum
    for (std::size_t at = signature; content.size() >= at + frame;) {
        std::size_t length = 0;
        for (const std::byte byte : content.subspan(at, 4)) length = length << 8U | std::to_integer<std::size_t>(byte);
        const std::string_view type(reinterpret_cast<const char*>(content.data() + at + 4), 4);
        at += frame + length;
        if (type == "IEND" && at <= content.size()) return;
    }
    throw FileError(name, "PNG data", "a whole image", "no end");
}

inline RgbImage decode_png(std::span<const std::byte> content, std::string_view name) {
    check_png_ends(content, name);
    struct Free {
        void operator()(png_image* png) const { png_image_free(png); }
    };
    png_image png{};
    png.version = PNG_IMAGE_VERSION;
    const std::unique_ptr<png_image, Free> owner(&png);
    const auto check = [&](int succeeded) {
        if (succeeded == 0) throw FileError(name, "PNG data", "a whole image", printable(png.message));
    };
    check(png_image_begin_read_from_memory(&png, content.data(), content.size()));
    check_picture_size(name, png.height, png.width);
    png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    const bool transparent = (png.format & PNG_FORMAT_FLAG_ALPHA) != 0;
    png.format = transparent ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
    RgbImage image = rgb_image(static_cast<int>(png.height), static_cast<int>(png.width));
    std::vector<std::uint8_t> with_alpha(transparent ? PNG_IMAGE_SIZE(png) : 0);
    check(png_image_finish_read(&png, nullptr, transparent ? with_alpha.data() : image.pixels.data(), 0, nullptr));
    for (std::size_t i = 0; i < with_alpha.size() / 4; ++i) {
        std::copy_n(&with_alpha[4 * i], rgb_channels, &image.pixels[rgb_channels * i]);
    }
    return image;
}

inline bool begins_with(std::span<const std::byte> content, std::string_view begin) {
    return std::string_view(reinterpret_cast<const char*>(content.data()), content.size()).starts_with(begin);
}

}  // namespace detail

/// Decodes a JPEG or PNG file, told apart by content. Everything comes out as RGB: grey, CMYK and YCCK (with or without
/// Adobe's inversion), palettes, 16 bits; transparency is dropped, the colour below it stays. A rotation noted beside
/// the pixels is not applied. `name` stands for the file in errors. Throws FileError for anything else, for a file that
/// is cut off or damaged and for more than 100 million pixels. Thread safe.
inline RgbImage decode_image(std::span<const std::byte> content, std::string_view name) {
    if (detail::begins_with(content, "\xFF\xD8\xFF")) return detail::JpegReader(name).read(content);
    if (detail::begins_with(content, "\x89PNG\r\n\x1A\n")) return detail::decode_png(content, name);
    throw FileError(name, "content", "a JPEG or PNG image", content.empty() ? "an empty file" : "neither");
}

/// Reads a JPEG or PNG file; see `decode_image`.
inline RgbImage read_image(const std::filesystem::path& path) { return decode_image(read_file(path), path.string()); }

}  // namespace residua
