#include <array>
#include <cstdint>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include <residua/data/crops.hpp>

using namespace residua;

namespace {

/// Pixel (row, column) of channel c is 100 c + 10 row + column.
RgbImage numbered(int height, int width) {
    RgbImage image{height, width, {}};
    for (int row = 0; row < height; ++row)
        for (int column = 0; column < width; ++column)
            for (int c = 0; c < 3; ++c) image.pixels.push_back(static_cast<std::uint8_t>(100 * c + 10 * row + column));
    return image;
}

/// Leaves v / 255 as it is.
Normalisation plain() { return Normalisation::per_channel(std::array{0.0, 0.0, 0.0}, std::array{1.0, 1.0, 1.0}); }

std::vector<int> cropped(const CropPlace& place) {
    std::vector<float> dst(static_cast<std::size_t>(3 * place.height * place.width));
    crop_into(numbered(5, 6), place, plain(), dst);
    std::vector<int> values;
    for (const float value : dst) values.push_back(static_cast<int>(value * 255.0F + 0.5F));
    return values;
}

}  // namespace

TEST_CASE("crops: a part of an image, planar, mirrored or not") {
    CHECK(cropped({1, 2, 2, 3}) ==
          std::vector{12, 13, 14, 22, 23, 24, 112, 113, 114, 122, 123, 124, 212, 213, 214, 222, 223, 224});
    CHECK(cropped({3, 4, 2, 2, true}) == std::vector{35, 34, 45, 44, 135, 134, 145, 144, 235, 234, 245, 244});
}

TEST_CASE("crops: one channel takes the grey of the colours, and of greys themselves") {
    const Normalisation one = Normalisation::per_channel(std::array{0.0}, std::array{1.0});
    const RgbImage image{1, 4, {255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255}};
    std::vector<float> dst(4);
    crop_into(image, {0, 0, 1, 4}, one, dst);
    std::vector<int> values;
    for (const float value : dst) values.push_back(static_cast<int>(value * 255.0F + 0.5F));
    CHECK(values == std::vector{76, 150, 29, 255});  // 0.299, 0.587 and 0.114 of 255
    for (int grey = 0; grey < 256; ++grey) {
        const auto byte = static_cast<std::uint8_t>(grey);
        crop_into({1, 4, std::vector<std::uint8_t>(12, byte)}, {0, 0, 1, 4, true}, one, dst);
        CHECK(dst == std::vector<float>(4, static_cast<float>(grey / 255.0)));
    }
}

TEST_CASE("crops: they are normalised") {
    std::vector<float> dst(3);
    crop_into(numbered(2, 2), {1, 1, 1, 1}, imagenet_normalisation(), dst);
    CHECK(dst[0] == static_cast<float>((11.0 / 255.0 - 0.485) / 0.229));
    CHECK(dst[2] == static_cast<float>((211.0 / 255.0 - 0.406) / 0.225));
}

TEST_CASE("crops: what does not fit is named") {
    std::vector<float> dst(12);
    const auto text = [&](const CropPlace& place) {
        return text_of<std::invalid_argument>([&] { crop_into(numbered(4, 4), place, plain(), dst); });
    };
    CHECK(text({3, 0, 2, 2}) == "crop: expected a part of 4 x 4, found 2 x 2 from row 3 and column 0 on");
    CHECK(text({0, -1, 2, 2}) == "crop: expected a part of 4 x 4, found 2 x 2 from row 0 and column -1 on");
    CHECK(text({0, 0, 0, 2}) == "crop: expected a part of 4 x 4, found 0 x 2 from row 0 and column 0 on");
    CHECK(text({0, 0, 1, 2}) == "crop: expected room for 2 or 6 floats, found 12");
    CHECK(text({2, 2, 2, 2}) == "nothing thrown");
    const Normalisation other = Normalisation::per_channel(std::array{0.0}, std::array{1.0});
    CHECK_THROWS_AS(crop_into(numbered(4, 4), {0, 0, 2, 2}, other, dst), std::invalid_argument);
    CHECK_THROWS_AS(center_crop(10, 12, 11), std::invalid_argument);
    CHECK_THROWS_AS(ten_crops(12, 10, 11), std::invalid_argument);
    CHECK_THROWS_AS(covering_squares(0, 10), std::invalid_argument);
}

TEST_CASE("crops: one in the middle, and ten") {
    CHECK(center_crop(10, 13, 4) == std::vector<CropPlace>{{3, 4, 4, 4}});
    CHECK(center_crop(4, 4, 4) == std::vector<CropPlace>{{0, 0, 4, 4}});
    CHECK(ten_crops(10, 13, 4) == std::vector<CropPlace>{{0, 0, 4, 4},
                                                         {0, 9, 4, 4},
                                                         {6, 0, 4, 4},
                                                         {6, 9, 4, 4},
                                                         {3, 4, 4, 4},
                                                         {0, 0, 4, 4, true},
                                                         {0, 9, 4, 4, true},
                                                         {6, 0, 4, 4, true},
                                                         {6, 9, 4, 4, true},
                                                         {3, 4, 4, 4, true}});
}

TEST_CASE("crops: squares cover an image of any size") {
    CHECK(covering_squares(7, 7) == std::vector<CropPlace>{{0, 0, 7, 7}});
    CHECK(covering_squares(4, 9) == std::vector<CropPlace>{{0, 0, 4, 4}, {0, 2, 4, 4}, {0, 5, 4, 4}});
    CHECK(covering_squares(8, 4) == std::vector<CropPlace>{{0, 0, 4, 4}, {4, 0, 4, 4}});
    for (int height = 1; height <= 30; ++height) {
        for (int width = height; width <= 100; ++width) {
            const auto squares = covering_squares(height, width);
            REQUIRE(static_cast<int>(squares.size()) == (width + height - 1) / height);
            REQUIRE(squares.front().left == 0);
            REQUIRE(squares.back().left + squares.back().width == width);
            for (std::size_t i = 1; i < squares.size(); ++i) {
                REQUIRE(squares[i].left <= squares[i - 1].left + height);
                REQUIRE(squares[i].left > squares[i - 1].left);
            }
        }
    }
}
