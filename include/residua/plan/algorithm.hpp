#pragma once

#include <algorithm>

#include <residua/plan/patches.hpp>
#include <residua/shape/chw.hpp>
#include <residua/shape/window.hpp>

namespace residua {

/// How a convolution is computed, the one with the fewest multiplications last. The others are minimal filtering with
/// patches of 2 x 2 and 4 x 4 results (kernel/simd/winograd.hpp).
enum class Algorithm : unsigned char { direct, winograd2, winograd4 };

/// The last algorithm that may be chosen for a network. Rounding errors grow with the patch: a network that must have
/// none but direct convolutions says
/// `template <> inline constexpr Algorithm residua::last_algorithm<Net> = Algorithm::direct;`
template <class Net>
inline constexpr Algorithm last_algorithm = Algorithm::winograd4;

namespace detail {

/// Rows and columns of a patch.
constexpr int patch_size(Algorithm algorithm) { return algorithm == Algorithm::winograd4 ? 4 : 2; }

/// Channels from which on patches are 2 x 2: maps are small then and the weights are what has to be moved, of which
/// 4 x 4 patches need 36 instead of 9, and 2 x 2 patches 16. In inference an image alone waits for all of them, in
/// training the images of a batch share them.
inline constexpr int heavy_in_inference = 256;
inline constexpr int heavy_in_training = 512;

/// The choice for one convolution. It depends on the channels, not on the size of the map, so that a network for
/// another size can share the transformed weights; only maps smaller than any patch are an exception. `heavy` is one
/// of the above.
constexpr Algorithm choose_algorithm(Chw src, Chw dst, const Window& window, int heavy, Algorithm last) {
    constexpr int fewest_channels = 16;  // of the source; below, the transforms cost more than they save
    const bool fits = window.kernel_h == 3 && window.kernel_w == 3 && window.stride == 1 && window.padding <= 2;
    if (!fits || src.c < fewest_channels || dst.h < 3 || dst.w < 3) return Algorithm::direct;
    return std::min(last, std::max(src.c, dst.c) >= heavy ? Algorithm::winograd2 : Algorithm::winograd4);
}

/// Whether a convolution's weights are so many that their gradient is formed over the whole batch at once, block by
/// block, instead of slice by slice: the sums of every slice would be fetched from memory and stored for each image.
constexpr bool has_large_weights(long weights) {
    constexpr long most = 192 * 1024;
    return weights > most;
}

}  // namespace detail

}  // namespace residua
