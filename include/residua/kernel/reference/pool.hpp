#pragma once

/// \file
/// Pooling. A window as large as the map pools globally.
/// Shapes:   src n x c x ih x iw, dst n x c x oh x ow, with oh and ow as the window makes them; each gradient as what
/// it
///           belongs to. All planar.
/// Reads:    forward src; backward grad_dst, for the largest value also src.
/// Writes:   dst or grad_src.
/// Requires: a window that fits the map; outputs that do not overlap the inputs.

#include <algorithm>
#include <limits>

#include <residua/finite.hpp>
#include <residua/geometry/window.hpp>
#include <residua/kernel/reference/planar.hpp>

namespace residua::detail::reference::detail::inline RESIDUA_ISA {

/// Calls `visit(src)` for the positions under the window of one output pixel, row by row; padding is left out.
template <class Visit>
void for_each_covered(Chw src, const Window& window, long src_plane, int oy, int ox, Visit visit) {
    for (int ky = 0; ky < window.kernel_h; ++ky) {
        const int iy = oy * window.stride - window.padding + ky;
        if (iy < 0 || iy >= src.h) continue;
        for (int kx = 0; kx < window.kernel_w; ++kx) {
            const int ix = ox * window.stride - window.padding + kx;
            if (ix >= 0 && ix < src.w) visit(src_plane + static_cast<long>(iy) * src.w + ix);
        }
    }
}

/// Calls `visit(dst, covered)` for every output pixel; `covered(visit)` goes through the source positions under its
/// window.
template <class Visit>
void for_each_window(int n, Chw src, const Window& window, Visit visit) {
    const Chw dst{src.c, window.rows(src.h), window.columns(src.w)};
    for (int image = 0; image < n; ++image)
        for (int c = 0; c < dst.c; ++c)
            for (int oy = 0; oy < dst.h; ++oy)
                for (int ox = 0; ox < dst.w; ++ox)
                    visit(position(dst, image, c, oy, ox), [&](auto inner) {
                        for_each_covered(src, window, position(src, image, c, 0, 0), oy, ox, inner);
                    });
}

/// Position of the first largest value, of a NaN if there is one, and -1 where a window covers nothing but padding.
template <class T, class Covered>
long largest(const T* src, Covered covered) {
    long best = -1;
    covered([&](long i) {
        const bool larger = best >= 0 && !residua::detail::is_nan(src[best]) && src[i] > src[best];
        if (best < 0 || larger || residua::detail::is_nan(src[i])) best = i;
    });
    return best;
}

}  // namespace residua::detail::reference::detail::inline RESIDUA_ISA

namespace residua::detail::reference::inline RESIDUA_ISA {

/// Largest value under the window; padding counts as minus infinity.
template <class T>
void max_pool_forward(int n, Chw shape, const Window& window, const T* src, T* dst) {
    detail::for_each_window(n, shape, window, [&](long d, auto covered) {
        const long best = detail::largest(src, covered);
        dst[d] = best < 0 ? -std::numeric_limits<T>::infinity() : src[best];
    });
}

/// The gradient goes to the first of the largest values, as in PyTorch.
template <class T>
void max_pool_backward(int n, Chw shape, const Window& window, const T* src, const T* grad_dst, T* grad_src) {
    std::fill_n(grad_src, n * shape.count(), T(0));
    detail::for_each_window(n, shape, window, [&](long d, auto covered) {
        const long best = detail::largest(src, covered);
        if (best >= 0) grad_src[best] += grad_dst[d];
    });
}

/// Mean under the window; padding counts as zeros in it.
template <class T>
void avg_pool_forward(int n, Chw shape, const Window& window, const T* src, T* dst) {
    detail::for_each_window(n, shape, window, [&](long d, auto covered) {
        T sum = 0;
        covered([&](long i) { sum += src[i]; });
        dst[d] = sum / static_cast<T>(window.taps());
    });
}

template <class T>
void avg_pool_backward(int n, Chw shape, const Window& window, const T* grad_dst, T* grad_src) {
    std::fill_n(grad_src, n * shape.count(), T(0));
    detail::for_each_window(n, shape, window, [&](long d, auto covered) {
        covered([&](long i) { grad_src[i] += grad_dst[d] / static_cast<T>(window.taps()); });
    });
}

}  // namespace residua::detail::reference::inline RESIDUA_ISA
