// Any bytes are either an image of the size it says, or a FileError.
#include <cstddef>
#include <cstdint>
#include <span>

#include <residua/data/image_file.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    try {
        const residua::RgbImage image =
            residua::decode_image(std::as_bytes(std::span(data, size)), "fuzz", residua::Orientation::upright);
        if (image.height < 1 || image.width < 1) __builtin_trap();
        if (image.pixels.size() != residua::detail::rgb_size(image.height, image.width)) __builtin_trap();
    } catch (const residua::FileError&) {
    }
    return 0;
}
