#pragma once

#include <algorithm>

#include <residua/geometry/chw.hpp>
#include <residua/geometry/patches.hpp>
#include <residua/geometry/window.hpp>
#include <residua/graph/differentiated.hpp>

namespace residua::inline RESIDUA_ISA {

/// How a convolution is computed, the one with the fewest multiplications last. The others are minimal filtering with
/// patches of 2 x 2 and 4 x 4 results (kernel/simd/winograd.hpp).
enum class Algorithm : unsigned char { direct, winograd2, winograd4 };

/// The last algorithm that may be chosen for a network. Rounding errors grow with the patch: a network that must have
/// none but direct convolutions says
/// `template <> inline constexpr Algorithm residua::last_algorithm<Net> = Algorithm::direct;`
template <class Net>
inline constexpr Algorithm last_algorithm = Algorithm::winograd4;

template <class Net, class Values>
inline constexpr Algorithm last_algorithm<detail::Differentiated<Net, Values>> = last_algorithm<Net>;

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// Rows and columns of a patch.
constexpr int patch_size(Algorithm algorithm) { return algorithm == Algorithm::winograd4 ? 4 : 2; }

/// Whether minimal filtering can compute a convolution and saves more than its transforms cost.
constexpr bool pays_to_transform(Chw src, Chw dst, const Window& window) {
    constexpr int fewest_channels = 16;  // of the source
    const bool fits = window.kernel_h == 3 && window.kernel_w == 3 && window.stride == 1 && window.padding <= 2;
    return fits && src.c >= fewest_channels && dst.h >= 3 && dst.w >= 3;
}

/// The choice for one convolution in training; docs/decisions/0006 has the table that justifies it.
constexpr Algorithm training_algorithm(Chw src, Chw dst, const Window& window, Algorithm last) {
    return pays_to_transform(src, dst, window) ? std::min(last, Algorithm::winograd4) : Algorithm::direct;
}

/// Whether training keeps a convolution's weights bare, as inference does: to transform them for all would write
/// and read more memory than each group of patches needs time for its own transform.
constexpr bool trains_bare_weights(Chw src, Chw dst) {
    constexpr int heavy = 512;
    return std::max(src.c, dst.c) >= heavy;
}

/// Whether inference by minimal filtering keeps a convolution's weights bare, as 3x3 kernels, and transforms them each
/// time: where there are so many that it takes longer to fetch what 4 x 4 patches make of them, four times as much.
/// It depends on the channels, of the convolution and most of the network, not on the size of the map, so that a
/// network for another size can share the weights.
constexpr bool has_bare_weights(Chw src, Chw dst, int most_channels) {
    return std::max(src.c, dst.c) >= std::clamp(most_channels, 64, 256);
}

/// The choice for one convolution in inference (same table), of so many images at a time. Only with bare weights there
/// is one: a position's transform of the weights takes as long as the products of some patches.
constexpr Algorithm inference_algorithm(Chw src, Chw dst, const Window& window, bool bare, int images, Algorithm last) {
    if (!pays_to_transform(src, dst, window)) return Algorithm::direct;
    constexpr int transform = 8;  // patches
    const auto cost = [&](int m) { return position_count(m) * (images * patch_count(dst, m) + transform); };
    return std::min(last, bare && cost(2) < cost(4) ? Algorithm::winograd2 : Algorithm::winograd4);
}

/// Whether a convolution's weights are so many that their gradient is formed over the whole batch at once, block by
/// block, instead of slice by slice: the sums of every slice would be fetched from memory and stored for each image.
constexpr bool has_large_weights(long weights) {
    constexpr long most = 192 * 1024;
    return weights > most;
}

}  // namespace residua::detail::inline RESIDUA_ISA
