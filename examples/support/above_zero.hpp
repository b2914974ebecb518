#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace support {

/// A number above zero. CLI::PositiveNumber writes the limits of double out digit by digit when it is none.
inline const CLI::Validator above_zero(
    [](const std::string& text) -> std::string {
        double value = 0;
        if (CLI::detail::lexical_cast(text, value) && value > 0) return {};
        return "expected a number above 0, found '" + text + "'";
    },
    "NUMBER > 0");

}  // namespace support
