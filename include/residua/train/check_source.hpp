#pragma once

#include <stdexcept>
#include <string>

#include <residua/data/image_source.hpp>
#include <residua/on_error.hpp>
#include <residua/plan/costs.hpp>

namespace residua::inline RESIDUA_ISA {

/// \throws std::invalid_argument unless a network takes the images of a source: the same shape as its input, and no
/// more classes than it has outputs.
template <class Net>
void check_source(const ImageSource& source) {
    constexpr Chw in = input_shape<Net>;
    const Chw found = source.shape();
    const auto fail = [](const std::string& what, long expected, long got) {
        detail::raise(
            std::invalid_argument(what + ": expected " + std::to_string(expected) + ", got " + std::to_string(got)));
    };
    if (found.c != in.c) fail("images: channels", in.c, found.c);
    if (found.h != in.h) fail("images: rows", in.h, found.h);
    if (found.w != in.w) fail("images: columns", in.w, found.w);
    if (source.classes() > output_shape<Net>.count())
        fail("images: classes: at most", output_shape<Net>.count(), source.classes());
}

}  // namespace residua::inline RESIDUA_ISA
