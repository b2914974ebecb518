#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <residua/exec/model.hpp>
#include <residua/io/weights.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// A file that parameters lie in, and those that it holds otherwise than as aligned floats.
struct ParameterFile {
    explicit ParameterFile(SafetensorsFile opened) : file{std::move(opened)} {}

    SafetensorsFile file;
    std::vector<std::vector<float>> converted{};
    std::atomic<bool> finite = true;  ///< all values that were read so far

    std::span<const float> floats(const TensorEntry& entry) {
        const std::byte* const bytes = entry.bytes.data();
        if (entry.dtype == Dtype::F32 && reinterpret_cast<std::uintptr_t>(bytes) % alignof(float) == 0)
            return {reinterpret_cast<const float*>(bytes), entry.size()};
        std::vector<float>& floats = converted.emplace_back(entry.size());
        file.read_floats(entry, floats);
        file.release(entry.bytes);
        return floats;
    }

    /// Looks at values that have been read, while they are in the cache, and gives their pages back. Any thread.
    void finish(std::span<const float> read) {
        if (!all_finite(read)) finite = false;
        file.release(std::as_bytes(read));
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// A network with the weights of an open .safetensors file, ready to predict: the same as
/// Model<Net>(load_safetensors<Net>(file)) to the bit, but packed straight from the file, with so many threads, so that
/// only the packed weights stay in memory. The model keeps the file, because `parameter` reads it; it must not be
/// changed in place while the model lives, but may be replaced or removed. \throws FileError as load_safetensors does,
/// std::invalid_argument if threads < 1.
template <class Net>
Model<Net> load_model(SafetensorsFile opened, int threads = 1) {
    const auto owner = std::make_shared<detail::ParameterFile>(std::move(opened));
    const SafetensorsFile& file = owner->file;
    detail::ParameterValues values(graph_of<Net>.count(), owner);
    bool sound = true;  // all but kernels, which are looked at when they have been packed
    detail::for_weights<Net>(file, [&](const Parameter& parameter, const TensorEntry& entry) {
        const std::span floats = owner->floats(entry);
        values.set(parameter, floats.data());
        sound = sound && (parameter.rank > 1 || detail::are_sound(parameter, floats));
    });
    values.release = [&owner = *owner](std::span<const float> read) { owner.finish(read); };
    Model<Net> model(std::move(values), threads);
    if (!sound || !owner->finite)
        detail::for_weights<Net>(file, [&](const Parameter& parameter, const TensorEntry& entry) {
            detail::require_sound(file, entry, parameter, owner->floats(entry));
        });
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
