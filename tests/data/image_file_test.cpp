#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include "encode.hpp"
#include <residua/data/detail/csv.hpp>
#include <residua/data/image_file.hpp>

using namespace residua;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// The same pixel everywhere.
Bytes flat(int height, int width, const Bytes& pixel) {
    Bytes pixels;
    for (int i = 0; i < height * width; ++i) pixels.insert(pixels.end(), pixel.begin(), pixel.end());
    return pixels;
}

/// Colours that change slowly from place to place.
Bytes slope(int height, int width, int channels) {
    Bytes pixels;
    for (int row = 0; row < height; ++row)
        for (int column = 0; column < width; ++column)
            for (int c = 0; c < channels; ++c)
                pixels.push_back(static_cast<std::uint8_t>(40 + 4 * row + (c + 1) * column));
    return pixels;
}

Bytes tripled(const Bytes& grey) {
    Bytes pixels;
    for (const auto value : grey) pixels.insert(pixels.end(), 3, value);
    return pixels;
}

void check_close(const std::string& file, int height, int width, const Bytes& expected, int tolerance) {
    const RgbImage image = decode_image(bytes_of(file), "test");
    CHECK(image.height == height);
    CHECK(image.width == width);
    REQUIRE(image.pixels.size() == expected.size());
    int worst = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) worst = std::max(worst, std::abs(image.pixels[i] - expected[i]));
    CHECK(worst <= tolerance);
}

std::string error_of(const std::string& file) {
    return text_of<FileError>([&] { decode_image(bytes_of(file), "some.file"); });
}

}  // namespace

TEST_CASE("image file: a JPEG of colours or greys") {
    const auto progressive = GENERATE(false, true);
    const Bytes colours = slope(13, 21, 3);
    check_close(jpeg_file(13, 21, colours, {.progressive = progressive}), 13, 21, colours, 4);
    check_close(jpeg_file(13, 21, colours, {.file = JCS_RGB, .progressive = progressive}), 13, 21, colours, 2);
    const Bytes greys = slope(13, 21, 1);
    check_close(jpeg_file(13, 21, greys, {JCS_GRAYSCALE, JCS_GRAYSCALE, false, progressive}), 13, 21, tripled(greys),
                2);
}

TEST_CASE("image file: a JPEG of inks, as they are or inverted by Adobe") {
    // A third of the light passes the cyan ink, and half of that the black one.
    const Bytes inks = flat(9, 10, {170, 51, 0, 127});
    const Bytes colours = flat(9, 10, {43, 102, 128});
    check_close(jpeg_file(9, 10, inks, {JCS_CMYK, JCS_CMYK, false}), 9, 10, colours, 2);
    const Bytes inverted = flat(9, 10, {85, 204, 255, 128});
    check_close(jpeg_file(9, 10, inverted, {JCS_CMYK, JCS_CMYK, true}), 9, 10, colours, 2);
    check_close(jpeg_file(9, 10, inverted, {JCS_CMYK, JCS_YCCK, true}), 9, 10, colours, 2);
}

TEST_CASE("image file: a PNG of colours, greys, a palette, with transparency, of 1 to 16 bits") {
    const auto interlaced = GENERATE(false, true);
    const auto check = [&](const Bytes& rows, PngKind kind, const Bytes& expected) {
        kind.interlaced = interlaced;
        check_close(png_file(2, 2, rows, kind), 2, 2, expected, 0);
    };
    const Bytes colours{1, 2, 3, 40, 50, 60, 70, 80, 90, 253, 254, 255};
    check(colours, {}, colours);
    // Drops the transparency, even a whole one.
    check({1, 2, 3, 255, 40, 50, 60, 128, 70, 80, 90, 1, 253, 254, 255, 0}, {PNG_COLOR_TYPE_RGB_ALPHA}, colours);
    check({7, 130, 0, 255}, {PNG_COLOR_TYPE_GRAY}, {7, 7, 7, 130, 130, 130, 0, 0, 0, 255, 255, 255});
    check({7, 0, 130, 9, 0, 255, 255, 100}, {PNG_COLOR_TYPE_GRAY_ALPHA},
          {7, 7, 7, 130, 130, 130, 0, 0, 0, 255, 255, 255});
    check({0x40, 0x80}, {PNG_COLOR_TYPE_GRAY, 1}, {0, 0, 0, 255, 255, 255, 255, 255, 255, 0, 0, 0});
    const std::vector<png_color> palette{{1, 2, 3}, {40, 50, 60}, {70, 80, 90}, {253, 254, 255}};
    check({0, 1, 2, 3}, {PNG_COLOR_TYPE_PALETTE, 8, false, palette}, colours);
    check({0x10, 0xB0}, {PNG_COLOR_TYPE_PALETTE, 2, false, palette}, colours);
    check({0, 1, 2, 3}, {PNG_COLOR_TYPE_PALETTE, 8, false, palette, {255, 128, 1, 0}}, colours);
    Bytes doubled;
    for (const auto value : colours) doubled.insert(doubled.end(), 2, value);  // v * 257 in 16 bits
    check(doubled, {PNG_COLOR_TYPE_RGB, 16}, colours);
    check({7, 7, 130, 130, 0, 0, 255, 255}, {PNG_COLOR_TYPE_GRAY, 16},
          {7, 7, 7, 130, 130, 130, 0, 0, 0, 255, 255, 255});
}

TEST_CASE("image file: what is cut off anywhere is an error that names the file") {
    const Bytes colours = slope(12, 20, 3);
    for (const std::string& whole : {jpeg_file(12, 20, colours, {}), jpeg_file(12, 20, colours, {.progressive = true}),
                                     jpeg_file(12, 20, slope(12, 20, 4), {JCS_CMYK, JCS_YCCK, true}),
                                     png_file(12, 20, colours, {}), png_file(12, 20, colours, {.interlaced = true})}) {
        CHECK(error_of(whole) == "nothing thrown");
        CHECK(error_of(whole + "and more") == "nothing thrown");
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const std::string text = error_of(whole.substr(0, size));
            INFO(size << " of " << whole.size() << " bytes: " << text);
            REQUIRE(text.find("some.file: ") == 0);
            REQUIRE(text.find(": expected ") != std::string::npos);
            REQUIRE(text.find(", found ") != std::string::npos);
            REQUIRE(text.find('\n') == std::string::npos);
        }
    }
}

TEST_CASE("image file: errors say what was expected and found") {
    CHECK(error_of("") == "some.file: content: expected a JPEG or PNG image, found an empty file");
    CHECK(error_of("GIF89a") == "some.file: content: expected a JPEG or PNG image, found neither");
    std::string jpeg = jpeg_file(12, 20, slope(12, 20, 3), {});
    CHECK(error_of(jpeg.substr(0, jpeg.size() / 2)) ==
          "some.file: JPEG data: expected a whole image, found Premature end of JPEG file");
    std::string png = png_file(12, 20, slope(12, 20, 3), {});
    CHECK(error_of(png.substr(0, png.size() - 1)) == "some.file: PNG data: expected a whole image, found no end");
    std::string damaged = png;
    damaged[60] = static_cast<char>(damaged[60] ^ 4);
    CHECK(error_of(damaged).find("some.file: PNG data: expected a whole image, found ") == 0);

    // Height and width stand behind the marker of the frame, and of the header.
    const std::size_t frame = jpeg.find("\xFF\xC0");
    jpeg.replace(frame + 5, 4, "\xFF\xDC\xFF\xDC");
    CHECK(error_of(jpeg) == "some.file: size: expected at most 100000000 pixels, found 65500 x 65500");
    const TemporaryFolder folder;
    CHECK(text_of<FileError>([&] {
              read_image(folder / "none.png");
          }).find((folder / "none.png").string() + ": cannot be read: ") == 0);
    put(folder / "a.jpg", png);  // the name says nothing
    CHECK(read_image(folder / "a.jpg").width == 20);
}

TEST_CASE("image file: bytes between the markers of a JPEG do no harm") {
    std::string jpeg = jpeg_file(12, 20, slope(12, 20, 3), {});
    jpeg.insert(jpeg.size() - 2, "xyz");
    check_close(jpeg, 12, 20, slope(12, 20, 3), 4);
}

TEST_CASE("image file: real photographs have the sizes that their list says") {
    RESIDUA_NEEDS_DATA();
    const auto folder = data_folder() / "imagenet-samples";
    detail::CsvReader list(folder / "labels.csv");
    const auto file = list.column({"file"});
    const auto width = list.column({"width"});
    const auto height = list.column({"height"});
    int count = 0;
    while (list.next()) {
        const RgbImage image = read_image(folder / list.text(file));
        INFO(list.text(file));
        CHECK(std::to_string(image.width) == list.text(width));
        CHECK(std::to_string(image.height) == list.text(height));
        ++count;
    }
    CHECK(count == 64);
}
