#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <limits>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <residua/file/detail/descriptor.hpp>
#include <residua/file/error.hpp>
#include <residua/on_error.hpp>

namespace residua::inline RESIDUA_ISA {

/// The bytes of a file, or of a pipe up to its end, but no more than `most`. Throws FileError.
inline std::vector<std::byte> read_file(const std::filesystem::path& path,
                                        std::size_t most = std::numeric_limits<std::size_t>::max()) {
    const auto fail = [&] { detail::raise(FileError(path.string() + ": cannot be read: " + std::strerror(errno))); };
    const detail::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (file.value() < 0 || ::fstat(file.value(), &status) != 0) fail();
    constexpr std::size_t least = 4096;
    const auto expected = S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) : 0;
    // One more than expected: the end is seen without growing.
    std::vector<std::byte> bytes(std::min(std::max(expected + 1, least), most));
    std::size_t filled = 0;
    while (const auto count = ::read(file.value(), bytes.data() + filled, bytes.size() - filled)) {
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) fail();
        filled += static_cast<std::size_t>(count);
        if (filled == bytes.size()) bytes.resize(std::min(2 * filled, most));
    }
    bytes.resize(filled);
    return bytes;
}

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// What a path leads to, `not_found` if to nothing. Throws FileError where the system does not say.
inline std::filesystem::file_type type_of(const std::filesystem::path& path) {
    std::error_code error;
    const auto type = std::filesystem::status(path, error).type();
    if (type == std::filesystem::file_type::none)
        detail::raise(FileError(path.string() + ": cannot be read: " + error.message()));
    return type;
}

}  // namespace residua::detail::inline RESIDUA_ISA
