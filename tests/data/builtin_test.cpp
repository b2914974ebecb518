#include <algorithm>
#include <array>
#include <cstdint>
#include <support/catch.hpp>
#include <vector>

#include <residua/data/builtin.hpp>

using namespace residua;

namespace {

/// The 64-bit FNV-1a hash.
std::uint64_t hash_of(const std::vector<std::uint8_t>& bytes) {
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const auto byte : bytes) hash = (hash ^ byte) * 0x100000001B3U;
    return hash;
}

}  // namespace

TEST_CASE("built-in images are the same on every machine and compiler") {
    CHECK(hash_of(builtin_images(200, 1).pixels) == 0x8656BD18245FEC66U);
}

TEST_CASE("built-in images are balanced and depend on the seed alone, not on the count") {
    const auto images = builtin_images(100, 7);
    CHECK(images.size() == 100);
    CHECK(images.image_size() == 3072);
    CHECK(images.classes == 10);
    CHECK(images.class_names.size() == 10);
    for (std::size_t first = 0; first < 100; first += 10) {
        std::array<int, 10> counts{};
        for (std::size_t i = first; i < first + 10; ++i) ++counts.at(images.labels[i]);
        CHECK(*std::min_element(counts.begin(), counts.end()) == 1);
    }
    const auto fewer = builtin_images(37, 7);
    CHECK(std::equal(fewer.pixels.begin(), fewer.pixels.end(), images.pixels.begin()));
    CHECK(std::equal(fewer.labels.begin(), fewer.labels.end(), images.labels.begin()));
    const auto later = builtin_images(50, 7, 37);
    CHECK(std::ranges::equal(later.pixels, images.slice(37, 50).pixels));
    CHECK(std::ranges::equal(later.labels, images.slice(37, 50).labels));
    const auto other = builtin_images(100, 8);
    CHECK(other.pixels != images.pixels);
    CHECK(other.labels != images.labels);
}

TEST_CASE("the mean of a built-in image says nothing about its class") {
    const auto images = builtin_images(5000, 2);
    std::array<double, 10> means{};
    for (std::size_t i = 0; i < images.size(); ++i) {
        double sum = 0;
        for (const auto value : images.image(i)) sum += value;
        means.at(images.labels[i]) += sum / 3072 / 500;
    }
    const auto [least, most] = std::minmax_element(means.begin(), means.end());
    CHECK(*most - *least < 12);  // of 255; a standard error is about 2
}
