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
#include <utility>
#include <vector>

#include <residua/data/orientation.hpp>
#include <residua/data/rgb_image.hpp>
#include <residua/file/detail/content_kind.hpp>
#include <residua/file/error.hpp>
#include <residua/file/file.hpp>
#include <residua/on_error.hpp>

/// \file
/// JPEG and PNG files. The only door to libjpeg and libpng.

namespace residua::detail::inline RESIDUA_ISA {

/// Files that claim more than this are taken for broken before any memory is given to them.
inline constexpr std::int64_t most_pixels = 100'000'000;

/// Parts of a progressive JPEG, each of which takes a walk through all pixels; usual are ten.
inline constexpr int most_scans = 100;

/// Throws FileError if a file is said to hold too large an image, or one for which it is too small itself.
inline void check_picture_size(std::string_view name, std::int64_t height, std::int64_t width, std::size_t bytes,
                               bool can_hold) {
    const auto fail = [&](const std::string& expected) {
        detail::raise(FileError(name, "size", expected, std::to_string(width) + " x " + std::to_string(height)));
    };
    if (height * width > most_pixels) fail("at most " + std::to_string(most_pixels) + " pixels");
    if (!can_hold) fail("what " + std::to_string(bytes) + " bytes can hold");
}

inline bool begins_with(std::span<const std::byte> content, std::string_view begin) {
    return std::string_view(reinterpret_cast<const char*>(content.data()), content.size()).starts_with(begin);
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
        progress_.progress_monitor = [](j_common_ptr jpeg) {
            if (reinterpret_cast<j_decompress_ptr>(jpeg)->input_scan_number > most_scans) leave(jpeg);
        };
    }
    JpegReader(const JpegReader&) = delete;
    JpegReader& operator=(const JpegReader&) = delete;
    ~JpegReader() { jpeg_destroy_decompress(&jpeg_); }

    RgbImage read(std::span<const std::byte> content, Orientation orientation) {
        guarded([&] {
            jpeg_create_decompress(&jpeg_);
            jpeg_.progress = &progress_;
            if (orientation == Orientation::upright) jpeg_save_markers(&jpeg_, exif_marker, 0xFFFF);
            jpeg_mem_src(&jpeg_, reinterpret_cast<const unsigned char*>(content.data()),
                         static_cast<unsigned long>(content.size()));
            jpeg_read_header(&jpeg_, TRUE);
        });
        check_picture_size(name_, jpeg_.image_height, jpeg_.image_width, content.size(), fits(content.size()));
        const int turn = noted_orientation();
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
        return upright(std::move(image), turn);
    }

  private:
    static constexpr int exif_marker = JPEG_APP0 + 1;

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
        if (jpeg_.input_scan_number > most_scans) {
            detail::raise(FileError(name_, "scans", "at most " + std::to_string(most_scans), "more"));
        }
        std::array<char, JMSG_LENGTH_MAX> text{};
        errors_.base.format_message(reinterpret_cast<j_common_ptr>(&jpeg_), text.data());
        detail::raise(FileError(name_, "JPEG data", "a whole image", printable(text.data())));
    }

    /// Whether so many bytes can hold the blocks that the header promises: each takes a bit at least. How little an
    /// arithmetic code needs has no such limit.
    bool fits(std::size_t bytes) const {
        std::size_t blocks = 0;
        for (const auto& one : std::span(jpeg_.comp_info, static_cast<std::size_t>(jpeg_.num_components))) {
            blocks += std::size_t{one.width_in_blocks} * one.height_in_blocks;
        }
        return jpeg_.arith_code != 0 || blocks / 8 <= bytes;
    }

    /// 1 unless the markers were saved.
    int noted_orientation() const {
        constexpr std::string_view begin("Exif\0\0", 6);
        for (const auto* marker = jpeg_.marker_list; marker != nullptr; marker = marker->next) {
            const auto bytes = std::as_bytes(std::span(marker->data, marker->data_length));
            if (begins_with(bytes, begin)) return exif_orientation(bytes.subspan(begin.size()));
        }
        return 1;
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
    jpeg_progress_mgr progress_{};
};

/// Keeps three of every four bytes.
inline void drop_alpha(std::vector<std::uint8_t>& pixels) {
    const std::size_t count = pixels.size() / 4;
    for (std::size_t i = 1; i < count; ++i) std::copy_n(&pixels[4 * i], rgb_channels, &pixels[rgb_channels * i]);
    pixels.resize(rgb_channels * count);
}

/// A PNG file's chunks, as far as they matter here.
class PngChunks {
  public:
    /// Throws FileError unless the file goes on to its last chunk: libpng stops reading behind the last pixel.
    PngChunks(std::span<const std::byte> content, std::string_view name) {
        constexpr std::size_t signature = 8;
        constexpr std::size_t frame = 12;  // of each chunk: length, type, checksum
        for (auto rest = content.subspan(signature); rest.size() >= frame;) {
            std::size_t length = 0;
            for (const std::byte byte : rest.first(4)) length = length << 8U | std::to_integer<std::size_t>(byte);
            if (length > rest.size() - frame) break;
            const auto data = rest.subspan(8, length);
            const std::string_view type(reinterpret_cast<const char*>(&rest[4]), 4);
            if (type == "IEND") return;
            if (type == "IHDR") header_ = data;
            if (type == "IDAT") pixel_bytes_ += length;
            if (type == "eXIf") exif_ = data;
            rest = rest.subspan(frame + length);
        }
        detail::raise(FileError(name, "PNG data", "a whole image", "no end"));
    }

    std::size_t pixel_bytes() const { return pixel_bytes_; }

    /// Whether they can be unpacked to an image of this size: deflate makes at most 1032 bytes of one.
    bool fits(std::size_t height, std::size_t width) const {
        return height * ((width * bits_per_pixel() + 7) / 8) / 1032 <= pixel_bytes_;
    }

    int orientation() const { return exif_orientation(exif_); }

  private:
    std::size_t bits_per_pixel() const {
        constexpr std::array<std::size_t, 7> channels{1, 0, 3, 1, 2, 0, 4};  // by colour type
        constexpr std::size_t depth = 8;
        if (header_.size() <= depth + 1) return 1;
        const auto type = std::to_integer<std::size_t>(header_[depth + 1]);
        return type < channels.size() ? std::to_integer<std::size_t>(header_[depth]) * channels[type] : 1;
    }

    std::span<const std::byte> header_;
    std::span<const std::byte> exif_;
    std::size_t pixel_bytes_ = 0;  ///< compressed
};

inline RgbImage decode_png(std::span<const std::byte> content, std::string_view name, Orientation orientation) {
    const PngChunks chunks(content, name);
    struct Free {
        void operator()(png_image* png) const { png_image_free(png); }
    };
    png_image png{};
    png.version = PNG_IMAGE_VERSION;
    const std::unique_ptr<png_image, Free> owner(&png);
    const auto check = [&](int succeeded) {
        if (succeeded == 0) detail::raise(FileError(name, "PNG data", "a whole image", printable(png.message)));
    };
    check(png_image_begin_read_from_memory(&png, content.data(), content.size()));
    check_picture_size(name, png.height, png.width, chunks.pixel_bytes(), chunks.fits(png.height, png.width));
    png.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    const bool transparent = (png.format & PNG_FORMAT_FLAG_ALPHA) != 0;
    png.format = transparent ? PNG_FORMAT_RGBA : PNG_FORMAT_RGB;
    RgbImage image{static_cast<int>(png.height), static_cast<int>(png.width), {}};
    image.pixels.resize(PNG_IMAGE_SIZE(png));
    check(png_image_finish_read(&png, nullptr, image.pixels.data(), 0, nullptr));
    if (transparent) drop_alpha(image.pixels);
    return orientation == Orientation::upright ? upright(std::move(image), chunks.orientation()) : image;
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Decodes a JPEG or PNG file, told apart by content. Everything comes out as RGB: grey, CMYK and YCCK (with or without
/// Adobe's inversion), palettes, 16 bits; transparency is dropped, the colour below it stays; of several images in a
/// JPEG file the first counts. A rotation noted beside the pixels is applied if asked for. `name` stands for the file
/// in errors. Throws FileError for anything else, for a file that is cut off or damaged, for a size of more than 100
/// million pixels or of more than the file can hold, and for more than 100 scans. Takes memory for the decoded image,
/// and as much again to turn it; a progressive JPEG twice as much more. Thread safe.
inline RgbImage decode_image(std::span<const std::byte> content, std::string_view name = "image in memory",
                             Orientation orientation = Orientation::stored) {
    if (detail::begins_with(content, "\xFF\xD8\xFF")) return detail::JpegReader(name).read(content, orientation);
    if (detail::begins_with(content, "\x89PNG\r\n\x1A\n")) return detail::decode_png(content, name, orientation);
    detail::raise(FileError(name, "content", "a JPEG or PNG image", detail::content_kind(content)));
}

/// Reads a JPEG or PNG file; see `decode_image`.
inline RgbImage read_image(const std::filesystem::path& path, Orientation orientation = Orientation::stored) {
    return decode_image(read_file(path), path.string(), orientation);
}

}  // namespace residua::inline RESIDUA_ISA
