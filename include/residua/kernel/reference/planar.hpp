#pragma once

#include <residua/config.hpp>
#include <residua/geometry/chw.hpp>

namespace residua::detail::reference::inline RESIDUA_ISA {

/// Position of a value in a batch of maps that lie in memory as [image][channel][row][column].
constexpr long position(Chw shape, int image, int c, int y, int x) {
    return ((static_cast<long>(image) * shape.c + c) * shape.h + y) * shape.w + x;
}

/// Values of one channel of one image.
constexpr long plane(Chw shape) { return static_cast<long>(shape.h) * shape.w; }

/// Calls `visit(i)` for the positions of all values of one channel.
template <class Visit>
void for_each_of_channel(int n, Chw shape, int c, Visit visit) {
    for (int image = 0; image < n; ++image) {
        const long first = position(shape, image, c, 0, 0);
        for (long i = first; i < first + plane(shape); ++i) visit(i);
    }
}

}  // namespace residua::detail::reference::inline RESIDUA_ISA
