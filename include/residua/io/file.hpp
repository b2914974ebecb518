#pragma once

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <system_error>
#include <vector>

#include <residua/io/error.hpp>

namespace residua {

/// All bytes of a regular file. Throws FileError.
inline std::vector<std::byte> read_file(const std::filesystem::path& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error) throw FileError(path.string() + ": cannot be read: " + error.message());
    std::ifstream file(path, std::ios::binary);
    if (!file) throw FileError(path.string() + ": cannot be opened: " + std::strerror(errno));
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
    if (static_cast<std::size_t>(file.gcount()) != bytes.size()) {
        throw FileError(path.string(), "content", std::to_string(size) + " bytes",
                        std::to_string(file.gcount()) + " bytes");
    }
    return bytes;
}

}  // namespace residua
