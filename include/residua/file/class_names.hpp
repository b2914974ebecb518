#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <residua/file/detail/json.hpp>
#include <residua/file/detail/safetensors_header.hpp>
#include <residua/file/error.hpp>
#include <residua/on_error.hpp>

/// \file
/// Weights remember the names of their classes: an entry of a .safetensors file's metadata holds them by label, a line
/// each, so that nobody has to guess which output means what.

namespace residua::inline RESIDUA_ISA {

/// The key of the entry.
inline constexpr const char* class_names_entry = "classes";

/// The text of the entry. Throws std::invalid_argument for a name that is empty, has a line break or is not UTF-8.
inline std::string class_names_text(std::span<const std::string> names) {
    std::string text;
    for (const std::string& name : names) {
        if (name.empty() || name.find('\n') != std::string::npos) {
            detail::raise(
                std::invalid_argument("classes: expected names of one line, found '" + detail::printable(name) + "'"));
        }
        for (std::size_t at = 0; at < name.size();) {
            const std::size_t length = detail::utf8_length(std::string_view(name).substr(at));
            if (length == 0) {
                detail::raise(
                    std::invalid_argument("classes: expected names in UTF-8, found '" + detail::printable(name) + "'"));
            }
            at += length;
        }
        text += (text.empty() ? "" : "\n") + name;
    }
    return text;
}

/// The names in a file's metadata, by label; none if it does not tell them.
inline std::vector<std::string> class_names_in(const Metadata& metadata) {
    std::vector<std::string> names;
    const auto entry = metadata.find(class_names_entry);
    if (entry == metadata.end()) return names;
    std::string_view rest = entry->second;
    while (true) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        names.emplace_back(rest.substr(0, end));
        if (end == rest.size()) return names;
        rest.remove_prefix(end + 1);
    }
}

/// Throws FileError if a file's classes are known and not `expected`, in this order: says where they begin to differ.
inline void check_class_names(std::string_view file, std::span<const std::string> found,
                              std::span<const std::string> expected) {
    if (found.empty()) return;
    for (std::size_t i = 0; i < std::min(found.size(), expected.size()); ++i) {
        if (found[i] == expected[i]) continue;
        detail::raise(FileError(file, "name of class " + std::to_string(i), detail::printable(expected[i]),
                                detail::printable(found[i])));
    }
    if (found.size() == expected.size()) return;
    detail::raise(FileError(file, "classes", std::to_string(expected.size()), std::to_string(found.size())));
}

}  // namespace residua::inline RESIDUA_ISA
