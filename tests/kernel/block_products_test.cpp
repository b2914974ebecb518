#include <support/catch.hpp>

#include "maps.hpp"
#include <residua/kernel/simd/block_products.hpp>

using namespace residua;
using namespace residua::detail;

TEST_CASE("block products: as sums over channels, added or not, of any number of pixels") {
    const int count = GENERATE(1, 2, 7, 8, 9, 16, 19);
    const bool adds = GENERATE(false, true);
    CAPTURE(count, adds);
    const std::vector<double> weight = float_values(channel_block * channel_block, 1);
    const std::vector<double> src = float_values(count * channel_block, 2);
    const std::vector<double> before = float_values(count * channel_block, 3);
    Arena floats(static_cast<std::size_t>(channel_block * (channel_block + 2 * count + 1)));
    float* const packed = floats.data();
    float* const from = packed + channel_block * channel_block;
    float* const to = from + count * channel_block;
    std::ranges::copy(weight, packed);
    std::ranges::copy(src, from);
    std::ranges::copy(before, to);
    to[count * channel_block] = std::numeric_limits<float>::infinity();
    if (!adds) std::fill_n(to, count * channel_block, std::numeric_limits<float>::quiet_NaN());
    Ahead ahead;
    block_products<8>(packed, from, count, adds, to, &ahead);
    for (int i = 0; i < count; ++i)
        for (int lane = 0; lane < channel_block; ++lane) {
            const auto at = static_cast<std::size_t>(i * channel_block);
            double sum = adds ? before[at + static_cast<std::size_t>(lane)] : 0.0;
            for (std::size_t c = 0; c < channel_block; ++c)
                sum += src[at + c] * weight[c * channel_block + static_cast<std::size_t>(lane)];
            CHECK(double{to[i * channel_block + lane]} == Approx(sum).epsilon(1e-6).margin(1e-6));
        }
    CHECK(std::isinf(to[count * channel_block]));
}
