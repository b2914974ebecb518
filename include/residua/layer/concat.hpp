#pragma once

#include <residua/config.hpp>

namespace residua {

/// The channels of several branches over the same input, one behind another: (c, h, w) -> (c1 + c2 + ..., h', w').
/// `Identity` is the input itself, so a layer of a DenseNet is `Concat<Identity, Sequence<BN, ReLU, Conv<32, 3>>>`
/// (Huang, Liu, van der Maaten, Weinberger, "Densely connected convolutional networks", 2017). Branches of whole blocks
/// of 16 channels are not copied: they are written where they belong.
template <class... Branches>
struct Concat {};

}  // namespace residua
