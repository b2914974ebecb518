#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <residua/config.hpp>

namespace residua {

/// Text as a template argument, for names: `Named<"linear", Linear<10>>`, `parameter<"conv1.weight">()`.
template <std::size_t size>
struct FixedString {
    char text[size] = {};

    consteval FixedString(const char (&literal)[size]) {
        std::copy_n(literal, size, text);
    }  // NOLINT: implicit by design
    [[nodiscard]] consteval std::string_view view() const { return {text, size - 1}; }
};

}  // namespace residua
