#pragma once

/// \file
/// Maxout (Goodfellow et al., 2013): the largest value of each run of channels that are neighbours.
/// Shapes:   src n x c x h x w, dst n x (c / pieces) x h x w, each gradient as what it belongs to. All planar.
/// Reads:    forward src; backward src and grad_dst.
/// Writes:   dst or grad_src.
/// Requires: a positive number of pieces that divides c; outputs that do not overlap the inputs.

#include <algorithm>

#include <residua/kernel/reference/planar.hpp>
#include <residua/kernel/reference/pool.hpp>

namespace residua::detail::reference::detail::inline RESIDUA_ISA {

/// Calls `visit(dst, covered)` for every value of the result; `covered(visit)` goes through its run of the source.
template <class Visit>
void for_each_run(int n, Chw src, int pieces, Visit visit) {
    const Chw dst{src.c / pieces, src.h, src.w};
    for (int image = 0; image < n; ++image)
        for (int c = 0; c < dst.c; ++c)
            for (int y = 0; y < dst.h; ++y)
                for (int x = 0; x < dst.w; ++x)
                    visit(position(dst, image, c, y, x), [&](auto inner) {
                        for (int piece = 0; piece < pieces; ++piece)
                            inner(position(src, image, c * pieces + piece, y, x));
                    });
}

}  // namespace residua::detail::reference::detail::inline RESIDUA_ISA

namespace residua::detail::reference::inline RESIDUA_ISA {

/// Largest value of a run, NaN if there is one.
template <class T>
void maxout_forward(int n, Chw shape, int pieces, const T* src, T* dst) {
    detail::for_each_run(n, shape, pieces, [&](long d, auto covered) { dst[d] = src[detail::largest(src, covered)]; });
}

/// The gradient goes to the first of the largest values, or to the last NaN, as in max pooling.
template <class T>
void maxout_backward(int n, Chw shape, int pieces, const T* src, const T* grad_dst, T* grad_src) {
    std::fill_n(grad_src, n * shape.count(), T(0));
    detail::for_each_run(n, shape, pieces,
                         [&](long d, auto covered) { grad_src[detail::largest(src, covered)] = grad_dst[d]; });
}

}  // namespace residua::detail::reference::inline RESIDUA_ISA
