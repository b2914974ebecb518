// Any bytes are either the weights of a small network, under names that wrappers may have made longer, or a FileError.
#include <cstddef>
#include <cstdint>
#include <span>

#include <residua/io/weights.hpp>
#include <residua/layer/bn.hpp>
#include <residua/layer/linear.hpp>

namespace {

struct Net : residua::Network<residua::Input<2, 1, 1>, residua::Linear<2>, residua::BN> {};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const auto weights = residua::load_safetensors<Net>(std::as_bytes(std::span(data, size)));
        if (weights.all().size() != residua::weight_count<Net>) __builtin_trap();
    } catch (const residua::FileError&) {
    }
    return 0;
}
