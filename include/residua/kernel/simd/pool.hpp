#pragma once

#include <algorithm>
#include <limits>

#include <residua/geometry/window.hpp>
#include <residua/kernel/view.hpp>
#include <residua/simd/pack.hpp>

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

/// The largest value of a window of `rows` rows of `floats` floats; NaN if there is one.
RESIDUA_INLINE Pack largest(const float* src, std::ptrdiff_t src_row, int rows, int floats) {
    Pack best = Pack::broadcast(-std::numeric_limits<float>::infinity());
    for (int h = 0; h < rows; ++h, src += src_row)
        for (int i = 0; i < floats; i += channel_block) best = max(Pack::load(src + i), best);
    return best;
}

/// Adds a gradient where the mask is true, and takes it from these lanes.
RESIDUA_INLINE void give(Pack& gradient, PackMask where, float* grad_src) {
    (Pack::load(grad_src) + select(where, gradient, Pack::zero())).store(grad_src);
    gradient = select(where, Pack::zero(), gradient);
}

/// Adds a window's gradient to that of the first of its largest values, or of its last NaN.
RESIDUA_INLINE void send_gradient(Pack gradient, const float* src, std::ptrdiff_t src_row, float* grad_src,
                                  std::ptrdiff_t grad_row, int rows, int floats) {
    const Pack best = largest(src, src_row, rows, floats);
    if (const PackMask lost = is_nan(best); any(lost)) {
        Pack to_last = select(lost, gradient, Pack::zero());
        gradient = select(lost, Pack::zero(), gradient);
        for (int h = rows - 1; h >= 0; --h)
            for (int i = floats - channel_block; i >= 0; i -= channel_block)
                give(to_last, is_nan(Pack::load(src + h * src_row + i)), grad_src + h * grad_row + i);
    }
    for (int h = 0; h < rows; ++h, src += src_row, grad_src += grad_row)
        for (int i = 0; i < floats; i += channel_block) {
            const PackMask smaller = greater(best, Pack::load(src + i));
            (Pack::load(grad_src + i) + select(smaller, Pack::zero(), gradient)).store(grad_src + i);
            gradient = select(smaller, gradient, Pack::zero());
        }
}

/// Largest value under a window, NaN if there is one.
/// Shapes: src blocks x h x w, dst blocks x h' x w'. Reads: src. Writes: dst, rows [first, last). Requires: both
/// blocked, no window that covers nothing but padding.
inline void max_pool(const MapView<const float>& src, const MapView<float>& dst, const Window& window, int first,
                     int last) {
    const std::ptrdiff_t src_row = src.row_step();
    for (int block = 0; block < dst.layout.blocks(); ++block)
        for (int row = first; row < last; ++row) {
            const Clip rows = Clip::of(row, window.stride, window.padding, window.kernel_h, src.layout.shape.h);
            const float* const from = src.at(block, rows.first);
            float* to = dst.at(block, row);
            for (int column = 0; column < dst.layout.shape.w; ++column, to += channel_block) {
                const Clip columns =
                    Clip::of(column, window.stride, window.padding, window.kernel_w, src.layout.shape.w);
                largest(from + std::ptrdiff_t{columns.first} * channel_block, src_row, rows.last - rows.first,
                        (columns.last - columns.first) * channel_block)
                    .store(to);
            }
        }
}

/// Sends each gradient to the first largest value of its window.
/// Shapes: as max_pool, grad_src as src, grad_dst as dst. Reads: src, grad_dst. Writes: grad_src. Requires: all
/// blocked.
inline void max_pool_backward(const MapView<const float>& src, const MapView<const float>& grad_dst,
                              const MapView<float>& grad_src, const Window& window) {
    const std::ptrdiff_t src_row = src.row_step();
    const std::ptrdiff_t grad_row = grad_src.row_step();
    for (int block = 0; block < src.layout.blocks(); ++block) {
        for (int row = 0; row < src.layout.shape.h; ++row)
            std::fill_n(grad_src.at(block, row), std::ptrdiff_t{src.layout.shape.w} * channel_block, 0.0f);
        for (int row = 0; row < grad_dst.layout.shape.h; ++row) {
            const Clip rows = Clip::of(row, window.stride, window.padding, window.kernel_h, src.layout.shape.h);
            const float* const from = src.at(block, rows.first);
            float* const to = grad_src.at(block, rows.first);
            const float* gradient = grad_dst.at(block, row);
            for (int column = 0; column < grad_dst.layout.shape.w; ++column, gradient += channel_block) {
                const Clip columns =
                    Clip::of(column, window.stride, window.padding, window.kernel_w, src.layout.shape.w);
                const std::ptrdiff_t corner = std::ptrdiff_t{columns.first} * channel_block;
                send_gradient(Pack::load(gradient), from + corner, src_row, to + corner, grad_row,
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
