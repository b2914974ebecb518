// Any bytes are either CIFAR-10 records and class names, or an error of the documented type. The first byte is the
// number of records expected.
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <residua/data/cifar10.hpp>

namespace {

void parse_records(std::span<const std::uint8_t> content, std::size_t count) {
    std::vector<std::uint8_t> pixels(count * residua::detail::cifar10_pixels);
    std::vector<residua::Label> labels(count);
    try {
        residua::detail::parse_cifar10_records(content, "fuzz", pixels, labels);
    } catch (const std::runtime_error&) {
        return;
    }
    for (const auto label : labels) {
        if (label > 9) __builtin_trap();
    }
}

void parse_names(std::string_view content) {
    try {
        if (residua::detail::parse_cifar10_names(content, "fuzz").size() != 10) __builtin_trap();
    } catch (const std::runtime_error&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::span<const std::uint8_t> content(data + 1, size - 1);
    parse_records(content, data[0] % 4U);
    parse_names({reinterpret_cast<const char*>(content.data()), content.size()});
    return 0;
}
