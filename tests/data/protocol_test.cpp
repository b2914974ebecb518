#include <cstdint>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include <residua/data/protocol.hpp>
#include <residua/data/random.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

RgbImage grey(int height, int width) {
    return {height, width, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * height * width), 128)};
}

RgbImage noise(int height, int width) {
    RgbImage image{height, width, {}};
    RandomSequence random(Random(1, Stream::picture));
    for (std::size_t i = 0; i < detail::rgb_size(height, width); ++i)
        image.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
    return image;
}

}  // namespace

TEST_CASE("protocol: one crop or ten of 224 at a shorter side of 256, squares of five sizes") {
    CHECK(center_crop_protocol() == Protocol{{256, 224, Crops::center}});
    CHECK(ten_crop_protocol() == Protocol{{256, 224, Crops::ten}});
    CHECK(ten_crop_protocol(28) == Protocol{{32, 28, Crops::ten}});
    CHECK(multi_scale_protocol() == Protocol{{224, 224, Crops::covering},
                                             {256, 256, Crops::covering},
                                             {384, 384, Crops::covering},
                                             {480, 480, Crops::covering},
                                             {640, 640, Crops::covering}});
}

TEST_CASE("protocol: the image is resized, then cropped") {
    const TestImage middle = test_image(grey(20, 30), {16, 14, Crops::center});
    CHECK(middle.size == ImageSize{16, 24});
    CHECK(middle.crops == center_crop(16, 24, 14));
    CHECK(test_image(grey(20, 30), {16, 14, Crops::ten}).crops == ten_crops(16, 24, 14));
    const TestImage covered = test_image(grey(50, 20), {10, 10, Crops::covering});
    CHECK(covered.size == ImageSize{25, 10});
    CHECK(covered.crops == covering_squares(25, 10));
    CHECK(covered.crops.size() == 3);
}

TEST_CASE("protocol: crops are to the bit those of the whole image, resized") {
    const ImageSize size = GENERATE(ImageSize{37, 53}, ImageSize{9, 200}, ImageSize{300, 4}, ImageSize{12, 12});
    const RgbImage image = noise(size.height, size.width);
    const Normalisation normalisation = imagenet_normalisation();
    for (const TestScale& scale :
         {TestScale{16, 14, Crops::center}, TestScale{16, 14, Crops::ten}, TestScale{14, 14, Crops::covering}}) {
        const RgbImage whole = with_shorter_side(image, scale.shorter_side);
        const TestImage test = test_image(image, scale);
        REQUIRE(test.size == ImageSize{whole.height, whole.width});
        for (std::size_t i = 0; i < test.crops.size(); ++i) {
            std::vector<float> expected(3 * 14 * 14);
            std::vector<float> found(expected.size());
            crop_into(whole, test.crops[i], normalisation, expected);
            crop_into(test, i, normalisation, found);
            REQUIRE(found == expected);
        }
    }
}

TEST_CASE("protocol: no more is resized than crops have pixels, however long and thin an image is") {
    const auto kept = [](const TestImage& test) {
        std::size_t pixels = 0;
        for (const ImagePart& part : test.parts) pixels += part.pixels.pixels.size() / 3;
        return pixels;
    };
    const TestImage middle = test_image(grey(1'000'000, 1), center_crop_protocol().front());
    CHECK(middle.size == ImageSize{256'000'000, 256});
    CHECK(kept(middle) == 224 * 224);
    const TestImage ten = test_image(grey(1, 1'000'000), ten_crop_protocol().front());
    CHECK(ten.crops.back() == CropPlace{16, 127'999'888, 224, 224, true});
    CHECK(ten.parts.size() == 5);
    CHECK(kept(ten) == 5 * 224 * 224);
    // An ordinary photograph is resized once, not crop by crop.
    CHECK(test_image(grey(375, 500), ten_crop_protocol().front()).parts.size() == 1);
    CHECK(test_image(grey(375, 500), multi_scale_protocol().front()).parts.size() == 1);
}

TEST_CASE("protocol: an image that more than a hundred squares would have to cover is refused") {
    const TestScale scale{10, 10, Crops::covering};
    CHECK(test_image(grey(500, 5), scale).crops.size() == 100);
    CHECK(text_of<std::invalid_argument>([&] { test_image(grey(501, 5), scale); }) ==
          "protocol: expected an image that 100 squares can cover, found one of 501 x 5");
    const TestImage test = test_image(grey(20, 30), {16, 14, Crops::center});
    std::vector<float> dst(3 * 14 * 14);
    CHECK_THROWS_AS(crop_into(test, 1, imagenet_normalisation(), dst), std::out_of_range);
}

TEST_CASE("protocol: crops that do not fit are refused") {
    CHECK(text_of<std::invalid_argument>([] {
              test_image(grey(20, 30), {16, 17, Crops::ten});
          }) == "crop: expected a part of 16 x 24, found 17 x 17 from row 0 and column 3 on");
    CHECK(text_of<std::invalid_argument>([] {
              test_image(grey(20, 30), {0, 14, Crops::center});
          }) == "resize: expected sides of at least 1, found 0");
    CHECK(text_of<std::invalid_argument>([] {
              test_image(grey(20, 30), {16, 14, Crops::covering});
          }) == "protocol: expected covering squares of the shorter side, 16, found 14");
}
