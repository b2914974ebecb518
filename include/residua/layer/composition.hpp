#pragma once

#include <residua/meta/fixed_string.hpp>

namespace residua {

/// Shape of one input image: channels, rows, columns.
template <int c, int h, int w>
struct Input {};

/// Hands its input on.
struct Identity {};

/// Layers one after another.
template <class... Layers>
struct Sequence {};

/// Gives a layer the name its parameters have in weight files: `Named<"linear", Linear<10>>` has `linear.weight`. No
/// other layer of the network may have that name.
template <FixedString name, class Layer>
struct Named {};

/// `n` times `Block`, which takes its width from here. The first stage of a network keeps the size of the map, later
/// ones begin with stride 2, unless an explicit `Stride<s>` says otherwise (table 1 of the paper). A stage within
/// another stage or a branch always says its stride, and is not counted.
template <int n, int width, class Block, class... Options>
struct Stage {};

/// A network: the shape of its input, then its layers. Give a network a name by inheriting from it,
/// `struct ResNet20 : Network<...> {};`, and compilers use that name instead of spelling the type out.
template <class... Layers>
struct Network {};

namespace detail {

template <class Image, class Before, class... Layers>
Network<Image, Layers...> with_input(const Network<Before, Layers...>*);

}  // namespace detail

/// A network's layers on images of another shape: `WithInput<ResNet50, Input<3, 384, 384>>`. Convolutions and pooling
/// take any size, so behind global pooling the parameters are the same; a linear layer that reads a map has others.
template <class Net, class Image>
struct WithInput : decltype(detail::with_input<Image>(static_cast<const Net*>(nullptr))) {};

}  // namespace residua
