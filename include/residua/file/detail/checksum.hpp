#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <residua/file/dtype.hpp>
#include <residua/file/safetensors.hpp>
#include <residua/on_error.hpp>

namespace residua::detail::inline RESIDUA_ISA {

inline constexpr const char* checksum_key = "checksum";

/// FNV-1a over a tensor's name, type and bytes.
inline std::uint64_t checksum(std::string_view name, Dtype dtype, std::span<const std::byte> bytes) {
    std::uint64_t sum = 0xcbf29ce484222325;
    const auto add = [&](std::span<const std::byte> some) {
        for (const std::byte byte : some) sum = (sum ^ static_cast<std::uint64_t>(byte)) * 0x100000001b3;
    };
    add(std::as_bytes(std::span(name)));
    add(std::as_bytes(std::span(name_of(dtype))));
    add(bytes);
    return sum;
}

/// The sum over tensors in any order: a flipped bit must not become a weight.
template <class Tensors>
std::string checksum_of(const Tensors& tensors) {
    std::uint64_t sum = 0;
    for (const auto& tensor : tensors) sum += checksum(tensor.name, tensor.dtype, tensor.bytes);
    return std::to_string(sum);
}

/// Checks the sum that a file's metadata give, if they do. \throws FileError if the tensors have another one.
inline void check_checksum(const SafetensorsFile& file) {
    const auto given = file.metadata().find(checksum_key);
    if (given == file.metadata().end()) return;
    const std::string found = checksum_of(file.tensors());
    if (given->second != found) detail::raise(FileError(file.name(), checksum_key, printable(given->second), found));
}

}  // namespace residua::detail::inline RESIDUA_ISA
