#pragma once

#include <residua/shape/chw.hpp>

namespace residua::reference {

/// Position of a value in a batch of maps that lie in memory as [image][channel][row][column].
constexpr long position(Chw shape, int image, int c, int y, int x) {
    return ((static_cast<long>(image) * shape.c + c) * shape.h + y) * shape.w + x;
}

/// Values of one channel of one image.
constexpr long plane(Chw shape) { return static_cast<long>(shape.h) * shape.w; }

/// Calls `visit(c, first)` for every channel of every image; `first` is the position of the plane's first value.
template <class Visit>
void for_each_plane(int n, Chw shape, Visit visit) {
    for (int image = 0; image < n; ++image)
        for (int c = 0; c < shape.c; ++c) visit(c, position(shape, image, c, 0, 0));
}

}  // namespace residua::reference
