#pragma once

#include <filesystem>

#include <residua/io/atomic_file.hpp>

namespace support {

/// \throws residua::FileError if a file (empty: none) could not be made because its folder is missing, or is one that
/// may not be written: better before the work than after it.
inline void check_folder_of(const std::filesystem::path& file) {
    if (file.empty()) return;
    const std::filesystem::path target = residua::detail::destination_of(file).path;
    const std::filesystem::path folder = target.has_parent_path() ? target.parent_path() : ".";
    if (!std::filesystem::is_directory(folder))
        throw residua::FileError(file.string() + ": cannot be written: there is no folder " + folder.string());
}

}  // namespace support
