#pragma once

#include <filesystem>

#include <residua/io/error.hpp>

namespace support {

/// \throws residua::FileError if a file (empty: none) could not be made because its folder is missing: better before
/// the work than after it.
inline void check_folder_of(const std::filesystem::path& file) {
    if (file.empty()) return;
    const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
    if (!std::filesystem::is_directory(folder))
        throw residua::FileError(file.string() + ": cannot be written: there is no folder " + folder.string());
    if (std::filesystem::is_directory(file))
        throw residua::FileError(file.string() + ": cannot be written: it is a folder");
}

}  // namespace support
