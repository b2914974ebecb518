#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <residua/config.hpp>
#include <residua/data/rgb_image.hpp>

namespace residua::inline RESIDUA_ISA {

/// Which way up an image comes: as its file stores it, or turned and mirrored as a camera noted beside the pixels
/// (EXIF's orientation).
enum class Orientation { stored, upright };

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// Numbers of a camera's notes, whose first two bytes say in which order those of a number come.
class ExifReader {
  public:
    explicit ExifReader(std::span<const std::byte> notes) : notes_(notes), low_first_(text(0, 2) == "II") {}

    bool has(std::size_t at, std::size_t count) const { return at <= notes_.size() && count <= notes_.size() - at; }

    /// A number of so many bytes, which have to be there.
    std::uint32_t number(std::size_t at, std::size_t bytes) const {
        std::uint32_t value = 0;
        for (std::size_t i = 0; i < bytes; ++i) {
            const std::byte byte = notes_[at + (low_first_ ? bytes - 1 - i : i)];
            value = value << 8U | std::to_integer<std::uint32_t>(byte);
        }
        return value;
    }

    bool has_header() const { return has(0, 8) && (low_first_ || text(0, 2) == "MM") && number(2, 2) == 42; }

  private:
    std::string_view text(std::size_t at, std::size_t count) const {
        return has(at, count) ? std::string_view(reinterpret_cast<const char*>(&notes_[at]), count) : "";
    }

    std::span<const std::byte> notes_;
    bool low_first_;
};

/// The orientation in a camera's notes, 1 to 8 (1: as stored): EXIF is a TIFF file whose first folder has entries of
/// twelve bytes, tag, type, count, value. 1 where there is none, and where the notes are no EXIF or cut off before it.
inline int exif_orientation(std::span<const std::byte> notes) {
    constexpr std::uint32_t tag = 0x0112;
    constexpr std::uint32_t short_type = 3;
    constexpr std::size_t entry_size = 12;
    const ExifReader reader(notes);
    if (!reader.has_header()) return 1;
    const std::size_t folder = reader.number(4, 4);
    if (!reader.has(folder, 2)) return 1;
    const std::size_t entries = reader.number(folder, 2);
    for (std::size_t i = 0; i < entries; ++i) {
        const std::size_t entry = folder + 2 + i * entry_size;
        if (!reader.has(entry, entry_size)) return 1;
        if (reader.number(entry, 2) != tag || reader.number(entry + 2, 2) != short_type) continue;
        const std::uint32_t value = reader.number(entry + 8, 2);
        return 1 <= value && value <= 8 ? static_cast<int>(value) : 1;
    }
    return 1;
}

/// The image as it is meant to be seen. Of the eight orientations the last four swap rows and columns.
inline RgbImage upright(RgbImage image, int orientation) {
    if (orientation == 1) return image;
    const bool swapped = orientation >= 5;
    const bool from_bottom = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    const bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    RgbImage result = swapped ? rgb_image(image.width, image.height) : rgb_image(image.height, image.width);
    for (int row = 0; row < result.height; ++row) {
        std::uint8_t* out = row_of(result, row).data();
        for (int column = 0; column < result.width; ++column, out += rgb_channels) {
            const int stored_row = swapped ? column : row;
            const int stored_column = swapped ? row : column;
            const auto from = row_of(image, from_bottom ? image.height - 1 - stored_row : stored_row);
            const int left = from_right ? image.width - 1 - stored_column : stored_column;
            std::copy_n(&from[rgb_size(1, left)], rgb_channels, out);
        }
    }
    return result;
}

}  // namespace residua::detail::inline RESIDUA_ISA
