#include <support/catch.hpp>
#include <support/files.hpp>

#include <residua/data/labelled_images.hpp>

using namespace residua;

TEST_CASE("slices of images share the pixels and know their bounds") {
    LabelledImages images{1, 1, 2, 3, {10, 11, 20, 21, 30, 31}, {0, 1, 2}, {"a", "b", "c"}};
    const ImagesView part = images.slice(1, 2);
    CHECK(part.size() == 2);
    CHECK(part.image(1).data() == images.pixels.data() + 4);
    CHECK(part.labels[0] == 1);
    CHECK(part.slice(1, 1).image(0)[1] == 31);
    CHECK(images.slice(3, 0).size() == 0);
    CHECK(text_of<std::invalid_argument>([&] { images.slice(2, 2); }) ==
          "slice of images: expected at most 3 images, found first 2 and count 2");
    CHECK_THROWS_AS(images.slice(4, 0), std::invalid_argument);
    CHECK_THROWS_AS(images.slice(1, static_cast<std::size_t>(-1)), std::invalid_argument);
}
