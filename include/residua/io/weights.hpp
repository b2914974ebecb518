#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <residua/exec/weights.hpp>
#include <residua/io/safetensors.hpp>

namespace residua {

namespace detail {

/// A parameter's shape as weight files have it.
inline std::vector<std::int64_t> file_shape(const Parameter& parameter) {
    return {parameter.shape.begin(), parameter.shape.begin() + parameter.rank};
}

/// The entry of a tensor, whose shape must be as expected.
inline const TensorEntry& checked_entry(const SafetensorsFile& file, const std::string& name,
                                        const std::vector<std::int64_t>& shape) {
    const TensorEntry& entry = file.at(name);
    if (entry.shape != shape) throw FileError(file.name(), name, "shape " + shape_text(shape), shape_text(entry.shape));
    return entry;
}

/// Calls `visit(parameter, entry)` for every parameter and running statistic.
template <class Net, class Visit>
void for_entries(const SafetensorsFile& file, const Visit& visit) {
    for (const Parameter& parameter : parameters<Net>)
        visit(parameter, checked_entry(file, parameter_name<Net>(parameter), file_shape(parameter)));
}

template <class Net>
Weights<Net> read_weights(const SafetensorsFile& file) {
    Weights<Net> weights;
    for_entries<Net>(file, [&](const Parameter& parameter, const TensorEntry& entry) {
        file.read_floats(entry, weights.span(parameter));
    });
    return weights;
}

/// Weight files hold the network's parameters and nothing else, but for the batch counters that PyTorch adds.
template <class Net>
void reject_extra(const SafetensorsFile& file) {
    for (const TensorEntry& entry : file.tensors())
        if (find_parameter<Net>(entry.name) < 0 && !entry.name.ends_with(".num_batches_tracked"))
            throw FileError(file.name(), entry.name,
                            "only the network's " + std::to_string(parameters<Net>.size()) + " tensors",
                            "this one as well");
}

template <class Net>
std::vector<TensorToWrite> tensors_of(const Weights<Net>& weights) {
    std::vector<TensorToWrite> tensors;
    for (const Parameter& parameter : parameters<Net>)
        tensors.push_back(
            tensor_to_write(parameter_name<Net>(parameter), file_shape(parameter), weights.span(parameter)));
    return tensors;
}

}  // namespace detail

/// A network's weights from an open .safetensors file with PyTorch's names and layouts; F32, F64, F16 and BF16 are
/// converted.
/// \throws FileError naming file, tensor, expected and found, if a tensor is missing, has another shape, or is none of
///         the network's.
template <class Net>
Weights<Net> load_safetensors(const SafetensorsFile& file) {
    Weights<Net> weights = detail::read_weights<Net>(file);
    detail::reject_extra<Net>(file);
    return weights;
}

/// The same from a file, or a pipe. \throws FileError also if it cannot be read or is malformed.
template <class Net>
Weights<Net> load_safetensors(const std::filesystem::path& path) {
    return load_safetensors<Net>(SafetensorsFile(path));
}

/// The same from a file's content.
template <class Net>
Weights<Net> load_safetensors(std::span<const std::byte> content) {
    return load_safetensors<Net>(SafetensorsFile(content, "weights in memory"));
}

/// Writes a network's weights as float32, so that PyTorch can read them; the file appears whole or not at all.
/// \throws FileError if it cannot be written.
template <class Net>
void save_safetensors(const std::filesystem::path& path, const Weights<Net>& weights, Metadata metadata = {}) {
    metadata.emplace("format", "pt");
    write_safetensors(path, detail::tensors_of(weights), metadata);
}

}  // namespace residua
