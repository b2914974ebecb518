#pragma once

/// \file
/// Shortcut option A (He et al., 2015, section 4.1): every stride-th pixel, zeros in the new channels. (oc - ic) / 2 of
/// those stand before the old channels, the rest behind.
/// Shapes:   src n x ic x ih x iw, dst n x oc x oh x ow with oh = ceil(ih / stride); gradients likewise. All planar.
/// Reads:    src or grad_dst.
/// Writes:   dst or grad_src.
/// Requires: oc >= ic; outputs that do not overlap the inputs.

#include <algorithm>

#include <residua/kernel/reference/planar.hpp>

namespace residua::detail::reference::detail::inline RESIDUA_ISA {

constexpr Chw shortcut_a_shape(Chw src, int oc, int stride) {
    return {oc, (src.h - 1) / stride + 1, (src.w - 1) / stride + 1};
}

/// Calls `visit(src, dst)` with the positions of every value that is handed on.
template <class Visit>
void for_each_handed_on(int n, Chw src, int oc, int stride, Visit visit) {
    const Chw dst = shortcut_a_shape(src, oc, stride);
    const int before = (oc - src.c) / 2;
    for (int image = 0; image < n; ++image)
        for (int c = 0; c < src.c; ++c)
            for (int y = 0; y < dst.h; ++y)
                for (int x = 0; x < dst.w; ++x)
                    visit(position(src, image, c, y * stride, x * stride), position(dst, image, before + c, y, x));
}

}  // namespace residua::detail::reference::detail::inline RESIDUA_ISA

namespace residua::detail::reference::inline RESIDUA_ISA {

template <class T>
void shortcut_a_forward(int n, Chw shape, int oc, int stride, const T* src, T* dst) {
    std::fill_n(dst, n * detail::shortcut_a_shape(shape, oc, stride).count(), T(0));
    detail::for_each_handed_on(n, shape, oc, stride, [&](long s, long d) { dst[d] = src[s]; });
}

template <class T>
void shortcut_a_backward(int n, Chw shape, int oc, int stride, const T* grad_dst, T* grad_src) {
    std::fill_n(grad_src, n * shape.count(), T(0));
    detail::for_each_handed_on(n, shape, oc, stride, [&](long s, long d) { grad_src[s] = grad_dst[d]; });
}

}  // namespace residua::detail::reference::inline RESIDUA_ISA
