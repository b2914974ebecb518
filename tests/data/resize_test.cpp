#include <algorithm>
#include <cstdint>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <utility>
#include <vector>

#include <residua/data/random.hpp>
#include <residua/data/resize.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

/// Grey values in a row, or in a column.
RgbImage line(const std::vector<std::uint8_t>& greys, bool upright) {
    const int length = static_cast<int>(greys.size());
    RgbImage image{upright ? length : 1, upright ? 1 : length, {}};
    for (const auto grey : greys) image.pixels.insert(image.pixels.end(), 3, grey);
    return image;
}

std::vector<std::uint8_t> resized_line(const std::vector<std::uint8_t>& greys, int length, bool upright) {
    const RgbImage image = resized(line(greys, upright), upright ? length : 1, upright ? 1 : length);
    std::vector<std::uint8_t> result;
    for (std::size_t i = 0; i < image.pixels.size(); i += 3) {
        CHECK(image.pixels[i] == image.pixels[i + 1]);
        CHECK(image.pixels[i] == image.pixels[i + 2]);
        result.push_back(image.pixels[i]);
    }
    return result;
}

RgbImage noise(int height, int width) {
    RgbImage image{height, width, {}};
    RandomSequence random(Random(1, Stream::picture));
    for (std::size_t i = 0; i < detail::rgb_size(height, width); ++i)
        image.pixels.push_back(static_cast<std::uint8_t>(random.below(256)));
    return image;
}

/// The 64-bit FNV-1a hash.
std::uint64_t hash_of(const RgbImage& image) {
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const auto byte : image.pixels) hash = (hash ^ byte) * 0x100000001B3U;
    return hash;
}

}  // namespace

TEST_CASE("resize: values by hand, along both sides") {
    const auto upright = GENERATE(false, true);
    using Values = std::vector<std::uint8_t>;
    // Twice as long: between two centres the nearer one counts three times as much.
    CHECK(resized_line({0, 100}, 4, upright) == Values{0, 25, 75, 100});
    // Half as long: the triangle is as wide as four pixels, of which one lies outside: (3a + 3b + c) / 7.
    CHECK(resized_line({0, 70, 140, 210}, 2, upright) == Values{50, 160});
    // Down to one: the triangle is as wide as eight pixels, (5a + 7b + 7c + 5d) / 24.
    CHECK(resized_line({8, 16, 24, 80}, 1, upright) == Values{30});
    CHECK(resized_line({7, 255, 0, 13}, 4, upright) == Values{7, 255, 0, 13});
    CHECK(resized_line({255, 255, 255, 255, 255, 255, 255}, 3, upright) == Values{255, 255, 255});
    CHECK(resized_line({9}, 3, upright) == Values{9, 9, 9});
}

TEST_CASE("resize: channels do not mix") {
    const RgbImage image{1, 2, {10, 20, 30, 110, 220, 130}};
    CHECK(resized(image, 1, 4).pixels ==
          std::vector<std::uint8_t>{10, 20, 30, 35, 70, 55, 85, 170, 105, 110, 220, 130});
}

TEST_CASE("resize: the same bytes as Pillow's BILINEAR") {
    // Hashes of Image.resize((width, height), Image.BILINEAR) of Pillow 9.4.
    CHECK(hash_of(resized(noise(37, 53), 20, 91)) == 0x6DDCC7C7D171FD22U);
    CHECK(hash_of(resized(noise(37, 53), 64, 7)) == 0xF6A86D717356F57EU);
    CHECK(hash_of(resized(noise(300, 200), 224, 150)) == 0xC4D9B809B294A936U);
}

TEST_CASE("resize: a part is the same as in the whole") {
    const RgbImage image = noise(37, 53);
    for (const auto& [height, width] : {std::pair{20, 91}, std::pair{64, 17}, std::pair{37, 53}}) {
        const RgbImage whole = resized(image, height, width);
        const RgbImage part = resized_part(image, {height, width}, 7, 4, {13, 11});
        CHECK(part.height == 13);
        CHECK(part.width == 11);
        for (int row = 0; row < 13; ++row)
            CHECK(std::ranges::equal(detail::row_of(part, row), detail::row_of(whole, 7 + row).subspan(12, 33)));
    }
    // Only that part is computed, so an image of 3 x 10^9 pixels is no matter.
    CHECK(resized_part(noise(1, 65535), {480, 31'456'800}, 100, 31'456'000, {224, 224}).width == 224);
}

TEST_CASE("resize: a shorter side keeps the aspect, rounded down") {
    CHECK(size_with_shorter_side({375, 500}, 256) == ImageSize{256, 341});  // 341.33
    CHECK(size_with_shorter_side({500, 333}, 224) == ImageSize{336, 224});  // 336.34
    CHECK(size_with_shorter_side({100, 100}, 480) == ImageSize{480, 480});
    CHECK(size_with_shorter_side({1, 65535}, 480) == ImageSize{480, 31456800});
    const RgbImage image = with_shorter_side(noise(30, 41), 20);
    CHECK(image.height == 20);
    CHECK(image.width == 27);
    CHECK(image.pixels == resized(noise(30, 41), 20, 27).pixels);
}

TEST_CASE("resize: sides that no int holds are named") {
    CHECK(size_with_shorter_side({1, 1'000'000}, 2147).width == 2'147'000'000);
    CHECK(text_of<std::invalid_argument>([] {
              size_with_shorter_side({1, 1'000'000}, 2148);
          }) == "resize: expected sides of at most 2147483647, found 2148000000");
}

TEST_CASE("resize: sides of nothing are named") {
    const std::string text = "resize: expected sides of at least 1, found 0";
    CHECK(text_of<std::invalid_argument>([] { resized(RgbImage{}, 3, 3); }) == text);
    CHECK(text_of<std::invalid_argument>([] { resized(noise(3, 3), 3, 0); }) == text);
    CHECK(text_of<std::invalid_argument>([] { with_shorter_side(RgbImage{}, 3); }) == text);
    CHECK(text_of<std::invalid_argument>([] { with_shorter_side(noise(3, 3), 0); }) == text);
}
