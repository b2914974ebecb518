#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <residua/exec/weights.hpp>
#include <residua/file/detail/checksum.hpp>
#include <residua/file/detail/tensor_names.hpp>
#include <residua/file/safetensors.hpp>
#include <residua/finite.hpp>
#include <residua/on_error.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// A parameter's shape as weight files have it.
inline std::vector<std::int64_t> file_shape(const Parameter& parameter) {
    return {parameter.shape.begin(), parameter.shape.begin() + parameter.rank};
}

/// The entry of a tensor, whose shape must be as expected.
inline const TensorEntry& checked_entry(const SafetensorsFile& file, const std::string& name,
                                        const std::vector<std::int64_t>& shape) {
    const TensorEntry* const entry = file.find(name);
    if (entry == nullptr)
        detail::raise(FileError(file.name(), name, "a tensor of this name", nearest_tensors(file, name, shape)));
    if (entry->shape != shape)
        detail::raise(FileError(file.name(), name, "shape " + shape_text(shape), shape_text(entry->shape)));
    return *entry;
}

/// Calls `visit(parameter, entry)` for every parameter and running statistic; `prefix` stands before all names.
template <class Net, class Visit>
void for_entries(const SafetensorsFile& file, const std::string& prefix, const Visit& visit) {
    for (const Parameter& parameter : parameters<Net>)
        visit(parameter, checked_entry(file, prefix + parameter_name<Net>(parameter), file_shape(parameter)));
}

/// Whether a parameter's values can be computed with: all finite, and variances not below zero.
inline bool are_sound(const Parameter& parameter, std::span<const float> values) {
    const auto below_zero = [](float value) { return value < 0.0f; };
    return all_finite(values) && (parameter.member != Member::running_var || std::ranges::none_of(values, below_zero));
}

/// Unless a parameter's values are sound, throws a FileError that names the first which is not: values of a tensor are
/// counted in memory order. `found(place)` is that one as people should see it.
template <class Found>
void require_sound(std::string_view file, const std::string& tensor, const Parameter& parameter,
                   std::span<const float> values, const Found& found) {
    if (are_sound(parameter, values)) return;
    std::size_t place = 0;
    while (are_sound(parameter, values.subspan(place, 1))) ++place;
    detail::raise(FileError(file, tensor + '[' + std::to_string(place) + ']',
                            is_finite(values[place]) ? "a variance of at least 0" : "a finite number", found(place)));
}

/// The same for values that were read from an entry.
inline void require_sound(const SafetensorsFile& file, const TensorEntry& entry, const Parameter& parameter,
                          std::span<const float> values) {
    require_sound(file.name(), entry.name, parameter, values, [&](std::size_t place) {
        std::vector<double> exact(entry.size());
        file.read_doubles(entry, exact);
        const bool too_large = is_finite(exact[place]) && !is_finite(values[place]);
        return number_text(exact[place]) + (too_large ? ", which is infinite in float32" : "");
    });
}

/// The same for values to be written.
inline void require_sound(const std::filesystem::path& file, const std::string& tensor, const Parameter& parameter,
                          std::span<const float> values) {
    require_sound(file.string(), tensor, parameter, values,
                  [&](std::size_t place) { return number_text(values[place]); });
}

/// Reads a parameter from its entry. \throws FileError unless its values are sound.
inline void read_parameter(const SafetensorsFile& file, const TensorEntry& entry, const Parameter& parameter,
                           std::span<float> dst) {
    constexpr std::size_t piece = 16 * 1024;  // is looked at while it is in the cache
    const std::size_t bytes = bytes_of(entry.dtype);
    bool sound = true;
    for (std::size_t first = 0; first < dst.size(); first += piece) {
        const auto part = dst.subspan(first, std::min(piece, dst.size() - first));
        convert_numbers(entry.dtype, entry.bytes.subspan(first * bytes, part.size() * bytes), part);
        sound = sound && are_sound(parameter, part);
    }
    if (!sound) require_sound(file, entry, parameter, dst);
}

/// What checkpoints (train/checkpoint.hpp) hold beside weights: momentum, the state and the history of the run.
inline constexpr const char* velocity_prefix = "momentum.";
inline constexpr const char* run_state = "trainer.state";
inline constexpr const char* run_history = "trainer.history";

inline bool is_of_training(std::string_view name) {
    return name.starts_with(velocity_prefix) || name == run_state || name == run_history;
}

/// Weight files hold the network's parameters and nothing else, but for the batch counters that PyTorch adds.
template <class Net>
void reject_extra(const SafetensorsFile& file, const std::string& prefix) {
    const bool checkpoint = file.find(run_state) != nullptr;
    for (const TensorEntry& entry : file.tensors()) {
        if (entry.name.ends_with(".num_batches_tracked") || (checkpoint && is_of_training(entry.name))) continue;
        const bool prefixed = entry.name.starts_with(prefix);
        if (!prefixed || find_parameter<Net>(std::string_view(entry.name).substr(prefix.size())) < 0)
            detail::raise(FileError(file.name(), entry.name,
                                    "only the network's " + std::to_string(parameters<Net>.size()) + " tensors",
                                    "this one as well"));
    }
}

/// Calls `visit(parameter, entry)` for everything that a network reads from a file of weights, or from a checkpoint.
template <class Net, class Visit>
void for_weights(const SafetensorsFile& file, const Visit& visit) {
    check_checksum(file);
    const std::string prefix =
        parameters<Net>.size() == 0 ? "" : wrapper_prefix(file, parameter_name<Net>(*parameters<Net>.begin()));
    for_entries<Net>(file, prefix, visit);
    reject_extra<Net>(file, prefix);
}

/// \throws FileError unless all weights that are to be written are sound.
template <class Net>
void require_sound(const std::filesystem::path& file, const Weights<Net>& weights) {
    for (const Parameter& parameter : parameters<Net>)
        require_sound(file, parameter_name<Net>(parameter), parameter, weights.span(parameter));
}

template <class Net>
std::vector<TensorToWrite> tensors_of(const Weights<Net>& weights) {
    std::vector<TensorToWrite> tensors;
    for (const Parameter& parameter : parameters<Net>)
        tensors.push_back(
            tensor_to_write(parameter_name<Net>(parameter), file_shape(parameter), weights.span(parameter)));
    return tensors;
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// A network's weights from an open .safetensors file with PyTorch's names and layouts; F32, F64, F16 and BF16 are
/// converted. What DataParallel and torch.compile put before all names (`module.`, `_orig_mod.`) is passed over. Of a
/// checkpoint the weights are taken, after its checksum has been checked.
/// \throws FileError naming file, tensor, expected and found, if a tensor is missing, has another shape, or is none of
///         the network's, or if a value is not finite, as float32, or a variance below zero.
template <class Net>
Weights<Net> load_safetensors(const SafetensorsFile& file) {
    Weights<Net> weights;
    detail::for_weights<Net>(file, [&](const Parameter& parameter, const TensorEntry& entry) {
        detail::read_parameter(file, entry, parameter, weights.span(parameter));
    });
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
/// \throws FileError if it cannot be written, or not be loaded again because a value is not finite or a variance below
///         zero.
template <class Net>
void save_safetensors(const std::filesystem::path& path, const Weights<Net>& weights, Metadata metadata = {}) {
    detail::require_sound(path, weights);
    metadata.emplace("format", "pt");
    write_safetensors(path, detail::tensors_of(weights), metadata);
}

}  // namespace residua::inline RESIDUA_ISA
