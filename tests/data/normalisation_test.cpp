#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include <residua/data/builtin.hpp>
#include <residua/data/normalisation.hpp>

using namespace residua;

namespace {

std::vector<float> applied(const Normalisation& normalisation, const std::vector<std::uint8_t>& image) {
    std::vector<float> result(image.size());
    normalisation.apply(image, result);
    return result;
}

}  // namespace

TEST_CASE("per-channel normalisation") {
    const auto values = applied(imagenet_normalisation(), {0, 255, 128, 1, 7, 99});
    CHECK(values[0] == static_cast<float>((0.0 - 0.485) / 0.229));
    CHECK(values[1] == static_cast<float>((1.0 - 0.485) / 0.229));
    CHECK(values[2] == static_cast<float>((128 / 255.0 - 0.456) / 0.224));
    CHECK(values[5] == static_cast<float>((99 / 255.0 - 0.406) / 0.225));
    CHECK(applied(cifar10_normalisation(), {0, 255, 0})[1] == static_cast<float>((1.0 - 0.4822) / 0.1994));
}

TEST_CASE("per-pixel mean subtraction") {
    const LabelledImages images{1, 1, 2, 1, {10, 0, 20, 255, 60, 3}, {0, 0, 0}, {}};
    const auto normalisation = Normalisation::per_pixel_mean(images);
    const auto values = applied(normalisation, {30, 0});
    CHECK(values[0] == Approx(0).margin(1e-7));
    CHECK(values[1] == Approx(-86 / 255.0).epsilon(1e-7));
    CHECK_THROWS_AS(Normalisation::per_pixel_mean(images.slice(0, 0)), std::invalid_argument);
}

TEST_CASE("a normalisation survives as text, bit for bit") {
    const auto images = builtin_images(30, 1);
    for (const auto& normalisation : {imagenet_normalisation(), cifar10_normalisation(),
                                      Normalisation::per_channel(std::array{1.0 / 3, 1e-7}, std::array{0.1, 12345.678}),
                                      Normalisation::per_pixel_mean(images)}) {
        const auto again = Normalisation::from_text(normalisation.text());
        CHECK(again.text() == normalisation.text());
        const std::vector<std::uint8_t> image(images.pixels.begin(), images.pixels.begin() + 3072);
        CHECK(applied(again, image) == applied(normalisation, image));
    }
    CHECK(imagenet_normalisation().text() == "channels 0.485/0.229,0.456/0.224,0.406/0.225");
    CHECK(Normalisation::per_pixel_mean(images).text().size() == 7 + 8 * 3072);
}

TEST_CASE("text that is no normalisation is refused") {
    for (const char* text : {"", "channels ", "channels 1", "channels 1/", "channels 1/2,", "channels 1/2 ",
                             "channels 1/0", "channels nan/1", "channels 1/inf", "pixels ", "pixels 3f80000",
                             "pixels 3f80000g", "pixels -f800000", "pixel 3f800000"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(Normalisation::from_text(text), std::invalid_argument);
    }
    CHECK(text_of<std::invalid_argument>([] { Normalisation::from_text("channels x"); }) ==
          "normalisation: expected 'channels mean/deviation,...' or 'pixels <hexadecimal>', found 'x'");
}

TEST_CASE("a normalisation knows which images it fits") {
    const auto images = builtin_images(2, 1);
    CHECK(imagenet_normalisation().fits(images));
    CHECK(Normalisation::per_pixel_mean(images).fits(images));
    const LabelledImages grey{1, 2, 2, 2, {1, 2, 3, 4}, {0}, {}};
    CHECK(text_of<std::invalid_argument>([&] { imagenet_normalisation().check(grey); }) ==
          "normalisation: expected images of 3 channels, found 1 x 2 x 2");
    CHECK(text_of<std::invalid_argument>([&] { Normalisation::per_pixel_mean(images).check(grey); }) ==
          "normalisation: expected images of 3072 values, found 1 x 2 x 2");
    CHECK_THROWS_AS(Normalisation::per_channel(std::array{0.5, 0.5}, std::array{1.0}), std::invalid_argument);
    CHECK_THROWS_AS(Normalisation::per_channel(std::array{0.5}, std::array{-1.0}), std::invalid_argument);
}

TEST_CASE("a normalisation from which something infinite or no number would come is refused") {
    const auto refusal = [](double mean, double deviation) {
        return text_of<std::invalid_argument>([&] {
            Normalisation::per_channel(std::array{0.5, mean}, std::array{1.0, deviation});
        });
    };
    const std::string expected = "normalisation: expected finite means and positive deviations, found ";
    constexpr double infinity = std::numeric_limits<double>::infinity();
    CHECK(refusal(std::nan(""), 1) == expected + "nan and 1 for channel 1");
    CHECK(refusal(0, std::nan("")) == expected + "0 and nan for channel 1");
    CHECK(refusal(-infinity, 1) == expected + "-inf and 1 for channel 1");
    CHECK(refusal(0, infinity) == expected + "0 and inf for channel 1");
    CHECK(refusal(0, 0) == expected + "0 and 0 for channel 1");
    CHECK(refusal(0, 1e-40) == expected + "0 and 1e-40 for channel 1");  // 1 / 1e-40 is too large for a float
    CHECK(refusal(0, 1e-30) == "nothing thrown");
    const std::string mean = "normalisation: expected finite means, found ";
    CHECK(text_of<std::invalid_argument>([] { Normalisation::from_text("pixels 3f8000007f800000"); }) ==
          mean + "inf for value 1");
    CHECK(text_of<std::invalid_argument>([] { Normalisation::from_text("pixels ffc000013f800000"); }) ==
          mean + "nan for value 0");
}
