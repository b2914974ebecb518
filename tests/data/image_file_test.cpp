#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <sys/stat.h>
#include <thread>
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

/// A JPEG file that says it is of another size.
std::string jpeg_of_size(std::string jpeg, int height, int width) {
    const auto sides = {height >> 8, height & 255, width >> 8, width & 255};
    std::string text;
    for (const int byte : sides) text += static_cast<char>(byte);
    const std::size_t baseline = jpeg.find("\xFF\xC0");  // height and width stand behind the marker of the frame
    return jpeg.replace((baseline == std::string::npos ? jpeg.find("\xFF\xC2") : baseline) + 5, 4, text);
}

/// A camera's notes with an orientation, in either order of bytes.
std::string exif(int orientation, bool low_first) {
    const auto number = [&](unsigned value, unsigned bytes) {
        std::string text;
        for (unsigned i = 0; i < bytes; ++i) {
            const unsigned shift = 8 * (low_first ? i : bytes - 1 - i);
            text += static_cast<char>((value >> shift) & 255U);
        }
        return text;
    };
    const auto entry = [&](unsigned tag, unsigned type, unsigned value) {
        return number(tag, 2) + number(type, 2) + number(1, 4) + number(value, 2) + number(0, 2);
    };
    return (low_first ? "II" : "MM") + number(42, 2) + number(8, 4) + number(2, 2) + entry(0x0100, 3, 7) +
           entry(0x0112, 3, static_cast<unsigned>(orientation)) + number(0, 4);
}

/// A JPEG file with notes in front.
std::string with_exif(std::string jpeg, const std::string& notes) {
    const std::string data = std::string("Exif\0\0", 6) + notes;
    return jpeg.insert(2, std::string("\xFF\xE1\0", 3) + static_cast<char>(data.size() + 2) + data);
}

/// The pixels of an image of 2 x 3, upright, as letters.
std::string turned(const std::string& file, Orientation orientation = Orientation::upright) {
    const RgbImage image = decode_image(bytes_of(file), "test", orientation);
    std::string text;
    for (int row = 0; row < image.height; ++row) {
        if (row > 0) text += ' ';
        for (int column = 0; column < image.width; ++column)
            text += static_cast<char>('a' + (detail::row_of(image, row)[detail::rgb_size(1, column)] + 20) / 40);
    }
    return text;
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
    CHECK(error_of("P6 1 1") ==
          "some.file: content: expected a JPEG or PNG image, found text that begins with \"P6 1 1\"");
    std::string jpeg = jpeg_file(12, 20, slope(12, 20, 3), {});
    CHECK(error_of(jpeg.substr(0, jpeg.size() / 2)) ==
          "some.file: JPEG data: expected a whole image, found Premature end of JPEG file");
    std::string png = png_file(12, 20, slope(12, 20, 3), {});
    CHECK(error_of(png.substr(0, png.size() - 1)) == "some.file: PNG data: expected a whole image, found no end");
    std::string damaged = png;
    damaged[60] = static_cast<char>(damaged[60] ^ 4);
    CHECK(error_of(damaged).find("some.file: PNG data: expected a whole image, found ") == 0);

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

TEST_CASE("image file: images are decoded from memory and read from pipes") {
    const std::string png = png_file(5, 7, slope(5, 7, 3), {});
    CHECK(decode_image(std::as_bytes(std::span(png))).width == 7);
    CHECK(text_of<FileError>([] { decode_image({}); }).starts_with("image in memory: content: expected a JPEG or PNG"));
    const TemporaryFolder folder;
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    std::thread writer([&] { put(folder / "pipe", png); });
    CHECK(read_image(folder / "pipe").height == 5);
    writer.join();
}

TEST_CASE("image file: other formats are named") {
    const std::string expected = "some.file: content: expected a JPEG or PNG image, found ";
    CHECK(error_of("GIF89a") == expected + "a GIF image");
    CHECK(error_of("RIFF....WEBPVP8 ") == expected + "a WebP image");
    CHECK(error_of("version https://git-lfs.github.com/spec/v1\n").starts_with(expected + "a Git LFS pointer"));
}

TEST_CASE("image file: sizes that a file cannot hold are refused before memory is given to them") {
    for (const bool progressive : {false, true}) {
        const std::string jpeg = jpeg_file(16, 16, Bytes(std::size_t{3} * 16 * 16, 77), {.progressive = progressive});
        CHECK(error_of(jpeg_of_size(jpeg, 60'000, 60'000)) ==
              "some.file: size: expected at most 100000000 pixels, found 60000 x 60000");
        CHECK(error_of(jpeg_of_size(jpeg, 10'000, 9'999)) ==
              "some.file: size: expected what " + std::to_string(jpeg.size()) + " bytes can hold, found 9999 x 10000");
    }
    // The smallest file that holds as much: a bit for each block of 8 x 8, if it were one of nothing but greys.
    const std::string grey = jpeg_file(8, 8, Bytes(64, 77), {JCS_GRAYSCALE, JCS_GRAYSCALE});
    const int blocks = 8 * static_cast<int>(grey.size()) + 7;
    CHECK(error_of(jpeg_of_size(grey, 8, 8 * blocks)).starts_with("some.file: JPEG data: expected a whole image"));
    CHECK(error_of(jpeg_of_size(grey, 8, 8 * blocks + 1)).starts_with("some.file: size: expected what "));
}

TEST_CASE("image file: a PNG is as large as its compressed bytes can be") {
    // Rows of one value compress as well as anything does.
    const Bytes zeros(3'000'000);
    check_close(png_file(1000, 1000, zeros, {}), 1000, 1000, zeros, 0);
    std::string png = png_file(1, 1, Bytes(3), {});
    std::string large = png_file(10'000, 10'000, Bytes(12'500'000), {PNG_COLOR_TYPE_GRAY, 1});
    CHECK(error_of(large) == "nothing thrown");
    // The header of the large one, which has its own checksum, before the pixels of the small one.
    const std::size_t header = 8 + 12 + 13;
    png.replace(0, header, large, 0, header);
    const std::string text = error_of(png);
    CHECK(text.starts_with("some.file: size: expected what "));
    CHECK(text.ends_with(" bytes can hold, found 10000 x 10000"));
    large = png_file(1, 1'000'000, Bytes(125'000), {PNG_COLOR_TYPE_GRAY, 1});
    CHECK(error_of(large) == "nothing thrown");
}

TEST_CASE("image file: a progressive JPEG has at most 100 scans") {
    const auto scans = [](int count) {
        std::vector<jpeg_scan_info> list{{1, {0}, 0, 0, 0, 0}};
        for (int k = 1; k <= 63 && static_cast<int>(list.size()) < count; ++k) list.push_back({1, {0}, k, k, 0, 1});
        for (int k = 1; k <= 63 && static_cast<int>(list.size()) < count; ++k) list.push_back({1, {0}, k, k, 1, 0});
        return list;
    };
    const Bytes greys = slope(16, 16, 1);
    const auto file = [&](int count) {
        return jpeg_file(16, 16, greys, {JCS_GRAYSCALE, JCS_GRAYSCALE, false, true, scans(count)});
    };
    CHECK(error_of(file(100)) == "nothing thrown");
    CHECK(error_of(file(101)) == "some.file: scans: expected at most 100, found more");
}

TEST_CASE("image file: as stored, or upright as the camera noted") {
    // a b c
    // d e f
    const Bytes pixels = tripled({0, 40, 80, 120, 160, 200});
    const std::vector<std::string> seen{"abc def",  "cba fed",  "fed cba",  "def abc",
                                        "ad be cf", "da eb fc", "fc eb da", "cf be ad"};
    for (const bool low_first : {false, true}) {
        for (int orientation = 1; orientation <= 8; ++orientation) {
            INFO(orientation << low_first);
            const std::string notes = exif(orientation, low_first);
            PngKind kind;
            kind.exif = notes;
            const std::string png = png_file(2, 3, pixels, kind);
            CHECK(turned(png, Orientation::stored) == "abc def");
            CHECK(turned(png) == seen[static_cast<std::size_t>(orientation) - 1]);
            const std::string jpeg = with_exif(jpeg_file(2, 3, pixels, {.file = JCS_RGB}), notes);
            CHECK(turned(jpeg, Orientation::stored) == "abc def");
            CHECK(turned(jpeg) == seen[static_cast<std::size_t>(orientation) - 1]);
        }
    }
}

TEST_CASE("image file: without a camera's notes, or with broken ones, upright is as stored") {
    const Bytes pixels = tripled({0, 40, 80, 120, 160, 200});
    const std::string jpeg = jpeg_file(2, 3, pixels, {.file = JCS_RGB});
    CHECK(turned(jpeg) == "abc def");
    CHECK(turned(png_file(2, 3, pixels, {})) == "abc def");
    const std::string notes = exif(6, false);
    const std::size_t needed = 8 + 2 + 12 + 12;
    for (std::size_t size = 0; size <= notes.size(); ++size)
        CHECK(turned(with_exif(jpeg, notes.substr(0, size))) == (size < needed ? "abc def" : "da eb fc"));
    CHECK(turned(with_exif(jpeg, exif(0, false))) == "abc def");
    CHECK(turned(with_exif(jpeg, exif(9, false))) == "abc def");
    CHECK(turned(with_exif(jpeg, "XX" + notes.substr(2))) == "abc def");
    std::string far = notes;
    far.replace(4, 4, "\xFF\xFF\xFF\xFF");  // where the entries begin
    CHECK(turned(with_exif(jpeg, far)) == "abc def");
}

TEST_CASE("image file: images that users stumbled over") {
    RESIDUA_NEEDS_DATA();
    const auto folder = data_folder() / "field-cases" / "images";
    CHECK(text_of<FileError>([&] { read_image(folder / "webp_named_jpg.jpg"); }) ==
          (folder / "webp_named_jpg.jpg").string() + ": content: expected a JPEG or PNG image, found a WebP image");
    CHECK(read_image(folder / "thinner.png").height == 30'000);
    CHECK(read_image(folder / "mpo_two_images.jpg").width == 120);
    const RgbImage stored = read_image(folder / "exif6.jpg");
    const RgbImage upright = read_image(folder / "exif6.jpg", Orientation::upright);
    CHECK(stored.height == 80);
    CHECK(upright.height == 120);
    CHECK((upright.pixels == detail::upright(stored, 6).pixels));
    // Hashes of the colours that the files hold, transparent or not, unpacked with Python's zlib.
    const auto hash = [&](const char* name) {
        std::uint64_t sum = 0xCBF29CE484222325U;  // the 64-bit FNV-1a
        for (const auto byte : read_image(folder / name).pixels) sum = (sum ^ byte) * 0x100000001B3U;
        return sum;
    };
    CHECK(hash("rgba.png") == 0x0F693E63F8004C39U);
    CHECK(hash("palette_transparent.png") == 0x00951057109AA850U);
    CHECK(hash("grey_alpha.png") == 0xECEBBE4EA426E780U);
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
