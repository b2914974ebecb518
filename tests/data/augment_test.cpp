#include <array>
#include <cstdint>
#include <numeric>
#include <set>
#include <support/catch.hpp>
#include <tuple>
#include <vector>

#include <residua/data/augment.hpp>

using namespace residua;

namespace {

/// Augmentation by its definition: a padded copy, a crop, a mirror.
std::vector<float> slowly(const std::vector<float>& src, int height, int width, const AugmentationChoice& choice) {
    std::vector<float> dst(src.size());
    const int planes = static_cast<int>(src.size()) / (height * width);
    for (int c = 0; c < planes; ++c) {
        for (int row = 0; row < height; ++row) {
            for (int column = 0; column < width; ++column) {
                const int y = row + choice.down;
                const int x = (choice.mirrored ? width - 1 - column : column) + choice.right;
                const bool inside = y >= 0 && y < height && x >= 0 && x < width;
                dst[static_cast<std::size_t>((c * height + row) * width + column)] =
                    inside ? src[static_cast<std::size_t>((c * height + y) * width + x)] : 0.0F;
            }
        }
    }
    return dst;
}

}  // namespace

TEST_CASE("augmentation is a crop of the padded image, mirrored or not") {
    constexpr int height = 5;
    constexpr int width = 7;
    std::vector<float> src(2 * height * width);
    std::iota(src.begin(), src.end(), 1.0F);
    std::vector<float> dst(src.size());
    for (int down = -6; down <= 6; ++down) {
        for (int right = -8; right <= 8; ++right) {
            for (const bool mirrored : {false, true}) {
                augment(src, height, width, {down, right, mirrored}, dst);
                REQUIRE(dst == slowly(src, height, width, {down, right, mirrored}));
            }
        }
    }
}

TEST_CASE("every choice comes, about equally often, as a function of seed, epoch and record") {
    const Augmentation augmentation{2, true};
    std::set<std::tuple<int, int, bool>> seen;
    int mirrored = 0;
    for (std::uint32_t record = 0; record < 2000; ++record) {
        const auto choice = choose(augmentation, 1, 0, record);
        seen.emplace(choice.down, choice.right, choice.mirrored);
        mirrored += choice.mirrored ? 1 : 0;
    }
    CHECK(seen.size() == 50);
    CHECK(mirrored == Approx(1000).margin(90));
    const auto key = [&](std::uint64_t seed, std::uint64_t epoch) {
        std::vector<int> all;
        for (std::uint32_t record = 0; record < 50; ++record) {
            all.push_back(choose(augmentation, seed, epoch, record).down);
        }
        return all;
    };
    CHECK(key(1, 0) == key(1, 0));
    CHECK(key(1, 0) != key(1, 1));
    CHECK(key(1, 0) != key(2, 0));
    CHECK_FALSE(choose({0, false}, 1, 0, 3).mirrored);
    CHECK(choose({0, true}, 1, 0, 3).down == 0);
}
