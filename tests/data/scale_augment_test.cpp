#include <array>
#include <cstdint>
#include <set>
#include <support/catch.hpp>
#include <vector>

#include <residua/data/scale_augment.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

constexpr ImageSize crop{224, 224};

RgbImage noise(int height, int width) {
    RgbImage image{height, width, {}};
    RandomSequence random(Random(1, Stream::picture));
    for (std::size_t i = 0; i < detail::rgb_size(height, width); ++i)
        image.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
    return image;
}

}  // namespace

TEST_CASE("scale augmentation: every side and place comes, and nothing else") {
    const ImageSize image = GENERATE(ImageSize{375, 500}, ImageSize{800, 201}, ImageSize{10, 10});
    const ScaleAugmentation augmentation{.shortest = 224, .longest = 227};
    std::set<int> sides;
    std::set<int> tops;
    int mirrored = 0;
    constexpr int count = 4000;
    for (std::uint64_t record = 0; record < count; ++record) {
        const ScaleChoice choice = choose(augmentation, image, crop, 1, 0, record);
        const ImageSize scaled = size_with_shorter_side(image, choice.shorter_side);
        const CropPlace& place = choice.place;
        REQUIRE(place.height == 224);
        REQUIRE(place.width == 224);
        REQUIRE(place.top >= 0);
        REQUIRE(place.left >= 0);
        REQUIRE(place.top + place.height <= scaled.height);
        REQUIRE(place.left + place.width <= scaled.width);
        sides.insert(choice.shorter_side);
        if (scaled.height == 227) tops.insert(place.top);
        mirrored += place.mirrored ? 1 : 0;
    }
    CHECK(sides == std::set{224, 225, 226, 227});
    if (image.height <= image.width) CHECK(tops == std::set{0, 1, 2, 3});
    CHECK(mirrored == Approx(count / 2).margin(130));
}

TEST_CASE("scale augmentation: a choice is a function of seed, epoch and record") {
    const auto key = [](std::uint64_t seed, std::uint64_t epoch, std::uint64_t record) {
        const ScaleChoice choice = choose(ScaleAugmentation{}, {375, 500}, crop, seed, epoch, record);
        return std::array{choice.shorter_side, choice.place.top, choice.place.left};
    };
    CHECK(key(1, 2, 3) == key(1, 2, 3));
    CHECK(key(1, 2, 3) != key(2, 2, 3));
    CHECK(key(1, 2, 3) != key(1, 3, 3));
    CHECK(key(1, 2, 3) != key(1, 2, 4));
    const ScaleAugmentation plain{.mirror = false, .colours = std::nullopt};
    for (std::uint64_t record = 0; record < 100; ++record) {
        const ScaleChoice choice = choose(plain, {375, 500}, crop, 1, 0, record);
        CHECK_FALSE(choice.place.mirrored);
        CHECK(choice.colour == std::array<float, 3>{});
    }
}

TEST_CASE("scale augmentation: without chance the middle at 8/7 of the crop") {
    const ScaleChoice choice = middle_choice({375, 500}, crop);
    CHECK(choice.shorter_side == 256);
    CHECK(choice.place == CropPlace{16, 58, 224, 224});
    CHECK(middle_choice({100, 90}, {32, 64}).place == CropPlace{24, 4, 32, 64});
}

TEST_CASE("scale augmentation: an input is the crop of the resized image with its colours shifted") {
    const RgbImage image = noise(50, 70);
    const ScaleChoice choice{40, {5, 7, 30, 20, true}, {0.1F, 0.0F, -0.2F}};
    const Normalisation normalisation = imagenet_normalisation();
    std::vector<float> found(3 * 30 * 20);
    std::vector<float> expected(found.size());
    scale_into(image, choice, normalisation, found);
    crop_into(with_shorter_side(image, 40), choice.place, normalisation, expected);
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double shift = i < 600 ? 0.1 / 0.229 : i < 1200 ? 0.0 : -0.2 / 0.225;
        REQUIRE(found[i] - expected[i] == Approx(shift).margin(1e-6));
    }
    const Normalisation mean = Normalisation::per_pixel_mean(std::vector<float>(found.size(), 0.5F));
    scale_into(image, choice, mean, found);
    crop_into(with_shorter_side(image, 40), choice.place, mean, expected);
    CHECK(found.back() - expected.back() == Approx(-0.2).margin(1e-6));
}
