#pragma once

/// \file
/// The channels of several maps, one behind another.
/// Shapes:   each src n x c_i x h x w; dst n x sum of c_i x h x w; gradients as what they belong to. Planar, row-major.
/// Reads:    forward src; backward grad_dst.
/// Writes:   forward dst; backward grad_src.
/// Requires: as many channels as maps, their sum dst's; outputs that do not overlap the inputs.

#include <algorithm>
#include <cstddef>
#include <vector>

#include <residua/config.hpp>
#include <residua/geometry/chw.hpp>

namespace residua::detail::reference::inline RESIDUA_ISA {

/// Calls `visit(i, src, dst, count)` for the run of values of each map i in each image: where it begins there and in
/// dst.
template <class Visit>
void for_each_concatenated(int n, Chw dst, const std::vector<int>& channels, const Visit& visit) {
    const long plane = 1L * dst.h * dst.w;
    long to = 0;
    for (int image = 0; image < n; ++image)
        for (std::size_t i = 0; i < channels.size(); ++i) {
            const long count = channels[i] * plane;
            visit(i, image * count, to, count);
            to += count;
        }
}

template <class T>
void concat_forward(int n, Chw shape, const std::vector<int>& channels, const std::vector<const T*>& src, T* dst) {
    for_each_concatenated(n, shape, channels, [&](std::size_t i, long from, long to, long count) {
        std::copy_n(src[i] + from, count, dst + to);
    });
}

template <class T>
void concat_backward(int n, Chw shape, const std::vector<int>& channels, const T* grad_dst,
                     const std::vector<T*>& grad_src) {
    for_each_concatenated(n, shape, channels, [&](std::size_t i, long from, long to, long count) {
        std::copy_n(grad_dst + to, count, grad_src[i] + from);
    });
}

}  // namespace residua::detail::reference::inline RESIDUA_ISA
