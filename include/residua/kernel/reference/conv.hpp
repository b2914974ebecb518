#pragma once

/// \file
/// Convolution, by its definition. A linear layer is a convolution of a 1x1 map.
/// Shapes:   src n x ic x ih x iw; dst n x oc x oh x ow, with oh and ow as the window makes them; weight oc x ic/groups
///           x kh x kw; bias oc; each gradient as what it belongs to. All planar, row-major.
/// Reads:    forward src, weight, bias; backward grad_dst and weight or src.
/// Writes:   forward dst; backward grad_src; grad_weight; grad_bias.
/// Requires: a window that fits the source's map; groups that divide both numbers of channels; outputs that do not
///           overlap the inputs; bias null if there is none.

#include <algorithm>

#include <residua/config.hpp>
#include <residua/geometry/window.hpp>
#include <residua/kernel/reference/planar.hpp>

namespace residua::detail::reference::inline RESIDUA_ISA {

/// Sizes of a convolution of `n` images.
struct ConvShape {
    int n = 1;
    Chw src{};
    int oc = 1;
    Window window{};
    int groups = 1;

    /// Source channels of a group.
    [[nodiscard]] constexpr int group_channels() const { return src.c / groups; }
    [[nodiscard]] constexpr Chw dst() const { return {oc, window.rows(src.h), window.columns(src.w)}; }
    [[nodiscard]] constexpr long src_count() const { return n * src.count(); }
    [[nodiscard]] constexpr long dst_count() const { return n * dst().count(); }
    [[nodiscard]] constexpr long weight_count() const {
        return static_cast<long>(oc) * group_channels() * window.taps();
    }
};

}  // namespace residua::detail::reference::inline RESIDUA_ISA

namespace residua::detail::reference::detail::inline RESIDUA_ISA {

/// The products between one source channel and one destination channel of one image that share a weight.
template <class Visit>
void for_each_product_of_tap(const ConvShape& shape, long src_plane, long dst_plane, int ky, int kx, Visit visit) {
    const Chw dst = shape.dst();
    for (int oy = 0; oy < dst.h; ++oy) {
        const int iy = oy * shape.window.stride - shape.window.padding + ky;
        if (iy < 0 || iy >= shape.src.h) continue;
        for (int ox = 0; ox < dst.w; ++ox) {
            const int ix = ox * shape.window.stride - shape.window.padding + kx;
            if (ix < 0 || ix >= shape.src.w) continue;
            visit(src_plane + static_cast<long>(iy) * shape.src.w + ix, dst_plane + static_cast<long>(oy) * dst.w + ox);
        }
    }
}

/// Calls `visit(src, weight, dst)` with the three positions of every product that the convolution sums up.
template <class Visit>
void for_each_product(const ConvShape& shape, Visit visit) {
    for (int image = 0; image < shape.n; ++image)
        for (int oc = 0; oc < shape.oc; ++oc)
            for (int i = 0; i < shape.group_channels(); ++i)
                for (int tap = 0; tap < shape.window.taps(); ++tap) {
                    const int ic = oc / (shape.oc / shape.groups) * shape.group_channels() + i;
                    const long weight =
                        (static_cast<long>(oc) * shape.group_channels() + i) * shape.window.taps() + tap;
                    for_each_product_of_tap(shape, position(shape.src, image, ic, 0, 0),
                                            position(shape.dst(), image, oc, 0, 0), tap / shape.window.kernel_w,
                                            tap % shape.window.kernel_w,
                                            [&](long src, long dst) { visit(src, weight, dst); });
                }
}

}  // namespace residua::detail::reference::detail::inline RESIDUA_ISA

namespace residua::detail::reference::inline RESIDUA_ISA {

template <class T>
void conv_forward(const ConvShape& shape, const T* src, const T* weight, const T* bias, T* dst) {
    for (int c = 0; c < shape.oc; ++c)
        for_each_of_channel(shape.n, shape.dst(), c, [&](long d) { dst[d] = bias == nullptr ? T(0) : bias[c]; });
    detail::for_each_product(shape, [&](long s, long w, long d) { dst[d] += weight[w] * src[s]; });
}

template <class T>
void conv_backward_src(const ConvShape& shape, const T* grad_dst, const T* weight, T* grad_src) {
    std::fill_n(grad_src, shape.src_count(), T(0));
    detail::for_each_product(shape, [&](long s, long w, long d) { grad_src[s] += weight[w] * grad_dst[d]; });
}

template <class T>
void conv_backward_weight(const ConvShape& shape, const T* src, const T* grad_dst, T* grad_weight) {
    std::fill_n(grad_weight, shape.weight_count(), T(0));
    detail::for_each_product(shape, [&](long s, long w, long d) { grad_weight[w] += src[s] * grad_dst[d]; });
}

template <class T>
void conv_backward_bias(const ConvShape& shape, const T* grad_dst, T* grad_bias) {
    for (int c = 0; c < shape.oc; ++c) {
        grad_bias[c] = 0;
        for_each_of_channel(shape.n, shape.dst(), c, [&](long d) { grad_bias[c] += grad_dst[d]; });
    }
}

}  // namespace residua::detail::reference::inline RESIDUA_ISA
