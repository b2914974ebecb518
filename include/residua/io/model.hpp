#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <residua/exec/model.hpp>
#include <residua/io/weights.hpp>

namespace residua::detail {

/// A file that parameters lie in, and those that it holds otherwise than as aligned floats.
struct ParameterFile {
    SafetensorsFile file;
    std::vector<std::vector<float>> converted{};

    const float* floats(const TensorEntry& entry) {
        const std::byte* const bytes = entry.bytes.data();
        if (entry.dtype == Dtype::F32 && reinterpret_cast<std::uintptr_t>(bytes) % alignof(float) == 0)
            return reinterpret_cast<const float*>(bytes);
        std::vector<float>& floats = converted.emplace_back(entry.size());
        file.read_floats(entry, floats);
        file.release(entry.bytes);
        return floats.data();
    }
};

}  // namespace residua::detail

namespace residua::inline RESIDUA_ISA {

/// A network with the weights of an open .safetensors file, ready to predict: the same as
/// Model<Net>(load_safetensors<Net>(file)) to the bit, but packed straight from the file, with so many threads, so that
/// only the packed weights stay in memory. The model keeps the file, because `parameter` reads it; it must not be
/// changed in place while the model lives, but may be replaced or removed. \throws FileError as load_safetensors does,
/// std::invalid_argument if threads < 1.
template <class Net>
Model<Net> load_model(SafetensorsFile opened, int threads = 1) {
    const auto owner = std::make_shared<detail::ParameterFile>(detail::ParameterFile{std::move(opened)});
    const SafetensorsFile& file = owner->file;
    detail::ParameterValues values(graph_of<Net>.nodes.size(), owner);
    detail::for_entries<Net>(file, [&](const Parameter& parameter, const TensorEntry& entry) {
        values.set(parameter, owner->floats(entry));
    });
    detail::reject_extra<Net>(file);
    values.release = [&file](std::span<const float> read) { file.release(std::as_bytes(read)); };
    Model<Net> model(std::move(values), threads);
    for (const TensorEntry& entry : file.tensors()) file.release(entry.bytes);
    return model;
}

/// The same with the weights of a file, or of a pipe.
template <class Net>
Model<Net> load_model(const std::filesystem::path& path, int threads = 1) {
    return load_model<Net>(SafetensorsFile(path), threads);
}

/// The same with a file's content, which is not needed any more afterwards, because the weights are copied: to keep one
/// that outlives the model without a copy, load_model<Net>(SafetensorsFile(content, name)).
template <class Net>
Model<Net> load_model(std::span<const std::byte> content, int threads = 1) {
    auto weights = std::make_shared<const Weights<Net>>(load_safetensors<Net>(content));
    return Model<Net>(detail::values_of<Net>(std::move(weights)), threads);
}

}  // namespace residua::inline RESIDUA_ISA
