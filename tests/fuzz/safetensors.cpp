// Any bytes are either a safetensors file whose tensors can be read, or a FileError.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <residua/file/safetensors.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    try {
        const residua::SafetensorsFile file(bytes, "fuzz");
        std::size_t total = 0;
        for (const auto& entry : file.tensors()) {
            std::vector<float> floats(entry.size());
            file.read_floats(entry, floats);
            total += entry.bytes.size();
            if (file.find(entry.name) != &entry) __builtin_trap();
        }
        if (total > size) __builtin_trap();
    } catch (const residua::FileError&) {
    }
    return 0;
}
