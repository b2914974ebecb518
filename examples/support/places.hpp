#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <stdexcept>
#include <string>
#include <sys/stat.h>
#include <system_error>

#include <residua/file/atomic_file.hpp>

/// What can be known about files before the work whose result they are to hold.
namespace support {

/// A file that a program was told to write.
struct Output {
    const char* option;
    const std::filesystem::path& file;  ///< empty: none
};

inline std::filesystem::path folder_of(const std::filesystem::path& file) {
    return file.has_parent_path() ? file.parent_path() : ".";
}

/// \throws residua::FileError if one of the files could not be written, because of its folder, say, and
/// std::invalid_argument if two are the same.
inline void check_outputs(std::initializer_list<Output> outputs) {
    std::map<std::filesystem::path, const char*> named;
    for (const Output& output : outputs) {
        if (output.file.empty()) continue;
        const residua::detail::Destination target = residua::detail::destination_of(output.file);
        if (!target.replaceable()) continue;
        const std::filesystem::path folder = folder_of(target.path);
        if (!std::filesystem::is_directory(folder))
            throw residua::FileError(output.file.string() + ": cannot be written: there is no folder " +
                                     folder.string());
        const residua::detail::TemporaryFile attempt(target);
        const auto [other, is_new] =
            named.emplace(std::filesystem::canonical(folder) / target.path.filename(), output.option);
        if (!is_new)
            throw std::invalid_argument(std::string(other->second) + " and " + output.option + " name the same file, " +
                                        output.file.string());
    }
}

/// How many bytes more a file (empty: none) will take.
struct Growth {
    const std::filesystem::path& file;
    std::uintmax_t bytes;
};

/// \throws residua::FileError if there is no room for all of them.
inline void check_room(std::initializer_list<Growth> growths) {
    std::map<dev_t, std::uintmax_t> needed;
    for (const Growth& growth : growths) {
        if (growth.file.empty()) continue;
        const residua::detail::Destination target = residua::detail::destination_of(growth.file);
        const std::filesystem::path folder = folder_of(target.path);
        struct stat status {};
        std::error_code unknown;
        const std::filesystem::space_info space = std::filesystem::space(folder, unknown);
        if (!target.replaceable() || unknown || ::stat(folder.c_str(), &status) != 0) continue;
        const std::uintmax_t bytes = needed[status.st_dev] += growth.bytes;
        if (space.available < bytes)
            throw residua::FileError(growth.file.string(), "free space", "at least " + std::to_string(bytes) + " bytes",
                                     std::to_string(space.available));
    }
}

}  // namespace support
