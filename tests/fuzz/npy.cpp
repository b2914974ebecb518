// Any bytes are either a .npy file or a FileError.
#include <cstddef>
#include <cstdint>
#include <span>

#include <residua/file/npy.hpp>

namespace {

template <class Value>
void parse(std::span<const std::byte> bytes) {
    try {
        if (residua::parse_npy<Value>(bytes, "fuzz").values.size() > bytes.size()) __builtin_trap();
    } catch (const residua::FileError&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = std::as_bytes(std::span(data, size));
    parse<std::uint8_t>(bytes);
    parse<std::int64_t>(bytes);
    parse<float>(bytes);
    parse<double>(bytes);
    return 0;
}
