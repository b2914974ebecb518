#pragma once

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <residua/file/error.hpp>
#include <residua/on_error.hpp>

namespace residua::detail::inline RESIDUA_ISA {

[[noreturn]] inline void throw_errno(const std::filesystem::path& path, const std::string& action) {
    const int cause = errno;
    detail::raise(FileError(path.string() + ": cannot be " + action + ": " + std::strerror(cause)));
}

/// The number in /dev/fd/<number>, or in what /dev/stdout leads to: a descriptor that this process has open.
inline std::optional<int> open_descriptor(const std::filesystem::path& path) {
    std::error_code error;
    const auto descriptors = std::filesystem::canonical("/proc/self/fd", error);
    if (error || std::filesystem::canonical(path.parent_path(), error) != descriptors) return std::nullopt;
    const std::string name = path.filename().string();
    int number = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (problem != std::errc() || end != name.data() + name.size()) return std::nullopt;
    return number;
}

/// What a path for writing names.
struct Destination {
    std::filesystem::path path;           ///< where links lead; perhaps nothing is there yet
    std::optional<int> descriptor;        ///< open already
    std::optional<struct stat> status{};  ///< of what is there

    /// A new or a regular file, which can be replaced; else bytes are written to what is there.
    [[nodiscard]] bool replaceable() const { return !descriptor && (!status || S_ISREG(status->st_mode)); }
};

/// Follows links, also those that lead to nothing. \throws FileError for too many of them, a folder, and a file without
/// permission to write.
inline Destination destination_of(const std::filesystem::path& named) {
    constexpr int most_links = 40;  // the system's own limit
    std::filesystem::path path = named;
    std::error_code no_link;
    for (int links = 0; !open_descriptor(path); ++links) {
        const std::filesystem::path target = std::filesystem::read_symlink(path, no_link);
        if (no_link) break;
        if (links == most_links) {
            errno = ELOOP;
            throw_errno(named, "written");
        }
        path = path.parent_path() / target;
    }
    Destination destination{path, open_descriptor(path)};
    struct stat status {};
    if (destination.descriptor || ::stat(path.c_str(), &status) != 0) return destination;
    if (S_ISDIR(status.st_mode)) errno = EISDIR;
    if (S_ISDIR(status.st_mode) || ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) != 0)
        throw_errno(named, "written");
    destination.status = status;
    return destination;
}

}  // namespace residua::detail::inline RESIDUA_ISA
