#pragma once

#include <optional>
#include <string>
#include <support/files.hpp>
#include <vector>

#include <residua/file/safetensors.hpp>

/// The content of a .safetensors file with another text, or none, for a key of its metadata.
inline std::string with_metadata(const std::string& content, const std::string& key,
                                 const std::optional<std::string>& text) {
    const residua::SafetensorsFile file(std::as_bytes(std::span(content)), "weights");
    residua::Metadata metadata = file.metadata();
    metadata.erase(key);
    if (text) metadata[key] = *text;
    std::vector<residua::TensorToWrite> tensors;
    for (const residua::TensorEntry& tensor : file.tensors())
        tensors.push_back({tensor.name, tensor.dtype, tensor.shape, tensor.bytes});
    const TemporaryFolder folder;
    residua::write_safetensors(folder / "changed", tensors, metadata);
    return content_of(folder / "changed");
}
