#pragma once

#include <span>
#include <string>
#include <support/files.hpp>
#include <vector>

#include <residua/file/safetensors.hpp>

/// A tensor of PyTorch's, in the file's order.
inline std::vector<double> golden_values(const residua::SafetensorsFile& file, const std::string& name) {
    const residua::TensorEntry& entry = file.at(name);
    std::vector<double> values(entry.size());
    file.read_exactly(entry, std::span(values));
    return values;
}
