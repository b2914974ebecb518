#pragma once

#include <string>
#include <support/files.hpp>
#include <vector>

#include <residua/file/safetensors.hpp>

/// The content of a .safetensors file with one value for all, or for the first `count`, elements of a tensor.
inline std::string with_values(const std::string& content, const std::string& name, float value,
                               std::size_t count = static_cast<std::size_t>(-1)) {
    const residua::SafetensorsFile file(std::as_bytes(std::span(content)), "weights");
    std::vector<float> floats(file.at(name).size());
    file.read_floats(file.at(name), floats);
    for (std::size_t i = 0; i < std::min(count, floats.size()); ++i) floats[i] = value;
    std::vector<residua::TensorToWrite> tensors;
    for (const residua::TensorEntry& tensor : file.tensors())
        tensors.push_back({tensor.name, tensor.dtype, tensor.shape,
                           tensor.name == name ? std::as_bytes(std::span(floats)) : tensor.bytes});
    const TemporaryFolder folder;
    residua::write_safetensors(folder / "changed", tensors, file.metadata());
    return content_of(folder / "changed");
}
