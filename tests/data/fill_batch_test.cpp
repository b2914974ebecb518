#include <array>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include <residua/data/fill_batch.hpp>

using namespace residua;

TEST_CASE("fill_batch normalises records in their order") {
    LabelledImages images{1, 1, 1, 10, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {}};
    const Normalisation plain = Normalisation::per_channel(std::array{0.0}, std::array{1.0});
    std::vector<float> batch(4);
    fill_batch(images, plain, 3, 4, batch);
    CHECK(batch[2] == static_cast<float>(5 / 255.0));
    CHECK(text_of<std::invalid_argument>([&] { fill_batch(images, plain, 3, 5, batch); }) ==
          "batch: expected room for 5 floats, found 4");
    CHECK_THROWS_AS(fill_batch(images, plain, 7, 4, batch), std::invalid_argument);
    images.classes = 5;
    CHECK(text_of<std::invalid_argument>([&] { fill_batch(images, plain, 3, 4, batch); }) ==
          "images: label of record 5: expected 0 to 4, found 5");
}
