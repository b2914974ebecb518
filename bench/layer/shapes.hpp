#pragma once

#include <array>

#include <residua/geometry/layout.hpp>
#include <residua/graph/enforce.hpp>
#include <residua/model/cifar.hpp>
#include <residua/model/imagenet.hpp>
#include <residua/model/vgg.hpp>

/// What tells one convolution from another.
struct ConvShape {
    residua::Chw src{};
    residua::Chw dst{};
    residua::detail::Window window{};
    int groups = 1;

    /// The source as the plans lay it out; the networks' input is packed.
    [[nodiscard]] constexpr residua::detail::Layout layout() const {
        return {src, window.padding, src.c < residua::detail::channel_block};
    }
    [[nodiscard]] constexpr double flops() const {
        return 2.0 * static_cast<double>(dst.count()) * src.c / groups * window.taps();
    }
    friend constexpr bool operator==(const ConvShape&, const ConvShape&) = default;
};

enum class Direction { forward, backward_src, backward_weight };

namespace layer {

/// Each once, in order of appearance.
struct Shapes {
    std::array<ConvShape, 64> values{};
    int count = 0;

    constexpr void add(const ConvShape& shape) {
        for (int i = 0; i < count; ++i)
            if (values[static_cast<std::size_t>(i)] == shape) return;
        values[static_cast<std::size_t>(count++)] = shape;
    }
};

template <class Net>
constexpr void add_convs(Shapes& shapes) {
    constexpr const auto& graph = residua::graph_of<Net>;
    for (residua::detail::NodeNumber i{}; i < graph.behind(); ++i)
        if (const residua::detail::Node& node = graph[i]; node.op == residua::detail::op_of<residua::detail::ConvOp>)
            shapes.add({.src = graph.source_shape(i), .dst = node.shape, .window = node.window});
}

template <class... Nets>
constexpr Shapes distinct_convs() {
    Shapes shapes;
    (add_convs<Nets>(shapes), ...);
    return shapes;
}

/// Networks that have all convolutions of the paper's networks.
inline constexpr Shapes shapes =
    distinct_convs<residua::ResNet20, residua::ResNet18, residua::ResNet50, residua::ResNet50V15, residua::Vgg16>();

// The deeper ones and the plain ones repeat them.
static_assert(distinct_convs<residua::ResNet20, residua::ResNet18, residua::ResNet50, residua::ResNet50V15,
                             residua::Vgg16, residua::Plain20, residua::ResNet56, residua::Plain34, residua::ResNet34,
                             residua::ResNet101, residua::ResNet101V15, residua::Vgg19>()
                  .count == shapes.count);

/// 3x3 convolutions that keep a map of so many channels, rows and columns.
constexpr ConvShape grouped(int channels, int size, int groups) {
    return {{channels, size, size}, {channels, size, size}, {3, 3, 1, 1}, groups};
}

/// 32 groups of 4 and of 8 channels, as in ResNeXt-50, then depthwise ones.
inline constexpr std::array grouped_shapes{grouped(128, 56, 32),  grouped(128, 28, 32),  grouped(128, 14, 32),
                                           grouped(256, 56, 32),  grouped(256, 28, 32),  grouped(256, 14, 32),
                                           grouped(128, 56, 128), grouped(256, 28, 256), grouped(512, 14, 512)};

}  // namespace layer
