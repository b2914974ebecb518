#pragma once

#include <algorithm>
#include <limits>

#include <residua/kernel/view.hpp>
#include <residua/shape/window.hpp>
#include <residua/tensor/pack.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The part of a window that lies inside the map, for one output row or column.
struct Clip {
    int first;
    int last;

    static constexpr Clip of(int out, int stride, int padding, int kernel, int size) {
        const int start = out * stride - padding;
        return {std::max(start, 0), std::min(start + kernel, size)};
    }
};

/// Largest value under a window.
/// Shapes: src blocks x h x w, dst blocks x h' x w'. Reads: src. Writes: dst, rows [first, last). Requires: both
/// blocked.
inline void max_pool(const MapView<const float>& src, const MapView<float>& dst, const Window& window, int first,
                     int last) {
    for (int block = 0; block < dst.layout.blocks(); ++block)
        for (int row = first; row < last; ++row) {
            const Clip rows = Clip::of(row, window.stride, window.padding, window.kernel_h, src.layout.shape.h);
            for (int column = 0; column < dst.layout.shape.w; ++column) {
                const Clip columns =
                    Clip::of(column, window.stride, window.padding, window.kernel_w, src.layout.shape.w);
                Pack best = Pack::broadcast(-std::numeric_limits<float>::infinity());
                for (int h = rows.first; h < rows.last; ++h)
                    for (int w = columns.first; w < columns.last; ++w)
                        best = max(Pack::load(src.at(block, h, w)), best);
                best.store(dst.at(block, row, column));
            }
        }
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// Adds a window's gradient to that of the first of its largest values. The window is `rows` rows of `floats` floats.
RESIDUA_INLINE void send_gradient(Pack gradient, const float* src, std::ptrdiff_t src_row, float* grad_src,
                                  std::ptrdiff_t grad_row, int rows, int floats) {
    Pack best = Pack::load(src);
    for (int h = 0; h < rows; ++h)
        for (int i = 0; i < floats; i += channel_block) best = max(Pack::load(src + h * src_row + i), best);
    // What a lane has given away is taken from it, so that of equal values only the first one gets it.
    for (int h = 0; h < rows; ++h, src += src_row, grad_src += grad_row)
        for (int i = 0; i < floats; i += channel_block) {
            const PackMask smaller = greater(best, Pack::load(src + i));
            (Pack::load(grad_src + i) + select(smaller, Pack::zero(), gradient)).store(grad_src + i);
            gradient = select(smaller, gradient, Pack::zero());
        }
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// Sends each gradient to the first largest value of its window.
/// Shapes: as max_pool, grad_src as src, grad_dst as dst. Reads: src, grad_dst. Writes: grad_src. Requires: all
/// blocked.
inline void max_pool_backward(const MapView<const float>& src, const MapView<const float>& grad_dst,
                              const MapView<float>& grad_src, const Window& window) {
    for (int block = 0; block < src.layout.blocks(); ++block) {
        for (int row = 0; row < src.layout.shape.h; ++row)
            std::fill_n(grad_src.at(block, row), std::ptrdiff_t{src.layout.shape.w} * channel_block, 0.0f);
        for (int row = 0; row < grad_dst.layout.shape.h; ++row) {
            const Clip rows = Clip::of(row, window.stride, window.padding, window.kernel_h, src.layout.shape.h);
            for (int column = 0; column < grad_dst.layout.shape.w; ++column) {
                const Clip columns =
                    Clip::of(column, window.stride, window.padding, window.kernel_w, src.layout.shape.w);
                detail::send_gradient(Pack::load(grad_dst.at(block, row, column)),
                                      src.at(block, rows.first, columns.first), src.row_step(),
                                      grad_src.at(block, rows.first, columns.first), grad_src.row_step(),
                                      rows.last - rows.first, (columns.last - columns.first) * channel_block);
            }
        }
    }
}

/// Mean under a window, padding counted.
/// Shapes: src blocks x h x w, dst blocks x h' x w'. Reads: src. Writes: dst, blocks [first, last). Requires: both
/// blocked.
inline void avg_pool(const MapView<const float>& src, const MapView<float>& dst, const Window& window, int first,
                     int last) {
    const Pack share = Pack::broadcast(1.0f / static_cast<float>(window.taps()));
    for (int block = first; block < last; ++block)
        for (int row = 0; row < dst.layout.shape.h; ++row) {
            const Clip rows = Clip::of(row, window.stride, window.padding, window.kernel_h, src.layout.shape.h);
            for (int column = 0; column < dst.layout.shape.w; ++column) {
                const Clip columns =
                    Clip::of(column, window.stride, window.padding, window.kernel_w, src.layout.shape.w);
                Pack sum = Pack::zero();
                for (int h = rows.first; h < rows.last; ++h)
                    for (int w = columns.first; w < columns.last; ++w) sum += Pack::load(src.at(block, h, w));
                (sum * share).store(dst.at(block, row, column));
            }
        }
}

/// Spreads each gradient evenly over its window.
/// Shapes: as avg_pool. Reads: grad_dst. Writes: grad_src. Requires: both blocked.
inline void avg_pool_backward(const MapView<const float>& grad_dst, const MapView<float>& grad_src,
                              const Window& window) {
    const Pack share = Pack::broadcast(1.0f / static_cast<float>(window.taps()));
    for (int block = 0; block < grad_src.layout.blocks(); ++block) {
        for (int row = 0; row < grad_src.layout.shape.h; ++row)
            std::fill_n(grad_src.at(block, row), std::ptrdiff_t{grad_src.layout.shape.w} * channel_block, 0.0f);
        for (int row = 0; row < grad_dst.layout.shape.h; ++row) {
            const Clip rows = Clip::of(row, window.stride, window.padding, window.kernel_h, grad_src.layout.shape.h);
            for (int column = 0; column < grad_dst.layout.shape.w; ++column) {
                const Clip columns =
                    Clip::of(column, window.stride, window.padding, window.kernel_w, grad_src.layout.shape.w);
                const Pack part = Pack::load(grad_dst.at(block, row, column)) * share;
                for (int h = rows.first; h < rows.last; ++h)
                    for (int w = columns.first; w < columns.last; ++w) {
                        float* to = grad_src.at(block, h, w);
                        (Pack::load(to) + part).store(to);
                    }
            }
        }
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA
