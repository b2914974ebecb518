#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include <residua/config.hpp>

namespace residua::inline RESIDUA_ISA {

/// A file that cannot be read, written or understood. The text is one line:
/// `<file>: <field or tensor>: expected <...>, found <...>`, or `<file>: <what failed>`.
struct FileError : std::runtime_error {
    explicit FileError(const std::string& text) : std::runtime_error(text) {}

    FileError(std::string_view file, std::string_view field, std::string_view expected, std::string_view found)
        : std::runtime_error(std::string(file) + ": " + std::string(field) + ": expected " + std::string(expected) +
                             ", found " + std::string(found)) {}
};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// `text` from a file, fit for a one-line message: no control characters, at most so many bytes.
inline std::string printable(std::string_view text, std::size_t longest = 100) {
    std::string line(text.substr(0, longest));
    for (char& c : line) {
        if (static_cast<unsigned char>(c) < 0x20U || c == 0x7F) c = '?';
    }
    return text.size() > longest ? line + "..." : line;
}

/// The first few of some texts: "a; b; c; ...".
inline std::string first_few(std::span<const std::string> texts) {
    constexpr std::size_t few = 3;
    std::string line;
    for (const std::string& text : texts.first(std::min(few, texts.size()))) {
        line += (line.empty() ? "" : "; ") + printable(text, text.size());
    }
    return texts.size() > few ? line + "; ..." : line;
}

}  // namespace residua::detail::inline RESIDUA_ISA
