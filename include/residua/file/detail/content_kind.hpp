#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <residua/config.hpp>
#include <residua/file/error.hpp>

namespace residua::detail::inline RESIDUA_ISA {

using namespace std::string_view_literals;

/// What files contain, mostly at their beginning, that people give by mistake, and what to do about it.
struct Signature {
    std::string_view begin;
    std::string_view what;
    std::size_t at = 0;
};

inline constexpr std::array signatures{
    Signature{"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"sv,
              "a PyTorch file: convert it with docs/scripts/torch_safetensors.py"},
    Signature{"\x1f\x8b"sv, "a gzip file: unpack it"},
    Signature{"BZh"sv, "a bzip2 file: unpack it"},
    Signature{"\xfd"
              "7zXZ\0"sv,
              "an xz file: unpack it"},
    Signature{"\x28\xb5\x2f\xfd"sv, "a zstd file: unpack it"},
    Signature{"ustar"sv, "a tar archive: unpack it", 257},
    Signature{"\x93NUMPY"sv, "a NumPy array (.npy)"},
    Signature{"\x89HDF\r\n\x1a\n"sv, "an HDF5 file, as Keras writes it"},
    Signature{"GGUF"sv, "a GGUF file"},
    Signature{"TFL3"sv, "a TensorFlow Lite model", 4},
    Signature{"\xff\xd8\xff"sv, "a JPEG image"},
    Signature{"\x89PNG\r\n\x1a\n"sv, "a PNG image"},
    Signature{"GIF8"sv, "a GIF image"},
    Signature{"WEBP"sv, "a WebP image", 8},
    Signature{"BM"sv, "a BMP image"},
    Signature{"II*\0"sv, "a TIFF image"},
    Signature{"MM\0*"sv, "a TIFF image"},
    Signature{"ftypavif"sv, "an AVIF image", 4},
    Signature{"ftyphei"sv, "a HEIC image", 4},
    Signature{"jP  "sv, "a JPEG 2000 image", 4},
    Signature{"\0\x05\x16\x07"sv, "macOS's notes about a file (AppleDouble)"},
    Signature{"%PDF"sv, "a PDF file"},
    Signature{"{"sv, "a .safetensors file", 8},
};

/// How many bytes a file's kind is told by.
inline constexpr std::size_t telling_bytes = 512;

/// A zip file is known by its first member.
inline std::string_view zip_kind(std::string_view text) {
    constexpr std::size_t length_at = 26;
    constexpr std::size_t name_at = 30;
    const std::size_t length = text.size() > name_at ? static_cast<unsigned char>(text[length_at]) : 0;
    const std::string_view name = text.substr(std::min(name_at, text.size()), length);
    if (name.ends_with("/data.pkl") || name.find("/data/") != std::string_view::npos)
        return "a PyTorch file: convert it with docs/scripts/torch_safetensors.py";
    if (name.ends_with(".npy")) return "a NumPy archive (.npz): unpack it";
    return "a zip file: unpack it";
}

/// What stands in place of the file that somebody meant to have, and what to do about it. Nothing for other files.
inline std::optional<std::string> stand_in(std::span<const std::byte> content) {
    const std::span<const std::byte> beginning = content.first(std::min(content.size(), telling_bytes));
    std::string_view text(reinterpret_cast<const char*>(beginning.data()), beginning.size());
    if (text.empty()) return "an empty file";
    if (text.starts_with("version https://git-lfs"))
        return "a Git LFS pointer: fetch the file itself with 'git lfs pull'";
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), text.size()));
    std::string word(text.substr(0, text.find_first_of(" >", 1)));
    for (char& c : word) c = 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (word == "<!doctype" || word == "<html") return "an HTML page: download the file that it shows";
    if (word == "<?xml") return "an XML document, perhaps a server's refusal: download the file again";
    return std::nullopt;
}

/// What a file is that people give by mistake, in words for an error, and what to do about it. Nothing for other files.
inline std::optional<std::string> mistaken_kind(std::span<const std::byte> content) {
    if (auto kind = stand_in(content)) return kind;
    const std::span<const std::byte> beginning = content.first(std::min(content.size(), telling_bytes));
    const std::string_view text(reinterpret_cast<const char*>(beginning.data()), beginning.size());
    if (text.starts_with("PK\x03\x04")) return std::string(zip_kind(text));
    for (const Signature& one : signatures)
        if (text.size() > one.at && text.substr(one.at).starts_with(one.begin)) return std::string(one.what);
    constexpr unsigned last_protocol = 5;
    if (text.size() > 1 && text[0] == '\x80' && static_cast<unsigned char>(text[1]) <= last_protocol)
        return "a Python pickle: if PyTorch wrote it, convert it with docs/scripts/torch_safetensors.py";
    return std::nullopt;
}

/// What a file is, as far as its content says: one of the above, or how it begins.
inline std::string content_kind(std::span<const std::byte> content) {
    if (const auto kind = mistaken_kind(content)) return *kind;
    constexpr std::size_t shown = 20;
    const std::span<const std::byte> beginning = content.first(std::min(content.size(), shown));
    const std::string_view text(reinterpret_cast<const char*>(beginning.data()), beginning.size());
    const auto readable = [](char c) { return (' ' <= c && c <= '~') || c == '\n' || c == '\r' || c == '\t'; };
    if (std::all_of(text.begin(), text.end(), readable)) return "text that begins with \"" + printable(text) + '"';
    std::string bytes = "bytes that begin with";
    constexpr std::string_view hex = "0123456789abcdef";
    for (const std::byte byte : beginning.first(std::min<std::size_t>(beginning.size(), 8))) {
        const auto value = std::to_integer<unsigned>(byte);
        bytes.append(1, ' ').append(1, hex[value / 16]).append(1, hex[value % 16]);
    }
    return bytes;
}

}  // namespace residua::detail::inline RESIDUA_ISA
