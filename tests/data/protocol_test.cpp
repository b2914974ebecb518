#include <cstdint>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include <residua/data/protocol.hpp>

using namespace residua;

namespace {

RgbImage grey(int height, int width) {
    return {height, width, std::vector<std::uint8_t>(static_cast<std::size_t>(3 * height * width), 128)};
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
    CHECK(middle.image.height == 16);
    CHECK(middle.image.width == 24);
    CHECK(middle.crops == center_crop(16, 24, 14));
    CHECK(test_image(grey(20, 30), {16, 14, Crops::ten}).crops == ten_crops(16, 24, 14));
    const TestImage covered = test_image(grey(50, 20), {10, 10, Crops::covering});
    CHECK(covered.image.height == 25);
    CHECK(covered.crops == covering_squares(25, 10));
    CHECK(covered.crops.size() == 3);
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
