#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <thread>
#include <vector>

#include <residua/data/augmented_images.hpp>
#include <residua/data/builtin.hpp>
#include <residua/data/loader.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

/// What a batch held, after it is gone.
struct BatchCopy {
    std::vector<float> images;
    std::vector<Label> labels;
    std::int64_t iteration;
    std::int64_t epoch;

    explicit BatchCopy(const Minibatch& batch)
        : images(batch.images.begin(), batch.images.end()),
          labels(batch.labels.begin(), batch.labels.end()),
          iteration(batch.iteration),
          epoch(batch.epoch) {}

    bool operator==(const BatchCopy&) const = default;
};

std::vector<BatchCopy> copies(BatchLoader& loader, int count) {
    std::vector<BatchCopy> result;
    for (int i = 0; i < count; ++i) result.emplace_back(loader.next());
    return result;
}

/// One grey pixel an image: the record's number.
LabelledImages numbered_images(std::uint8_t count) {
    LabelledImages images{1, 1, 1, 256, {}, {}, {}};
    for (std::uint8_t i = 0; i < count; ++i) {
        images.pixels.push_back(i);
        images.labels.push_back(i);
    }
    return images;
}

AugmentedImages plain(ImagesView images) {
    return {images, Normalisation::per_channel(std::array{0.0}, std::array{1.0}), std::nullopt};
}

/// Record 9 is spoilt by its label or by a value.
class SpoiltSource final : public ImageSource {
  public:
    SpoiltSource(Label label, float value) : label_{label}, value_{value} {}

    std::size_t size() const override { return 10; }
    Chw shape() const override { return {2, 3, 4}; }
    int classes() const override { return 5; }
    Label fill(std::size_t record, std::uint64_t, std::uint64_t, std::span<float> dst) override {
        std::ranges::fill(dst, 0.0f);
        if (record == 9) dst[(1 * 3 + 2) * 4 + 1] = value_;
        return record == 9 ? label_ : Label{0};
    }
    std::string augmentation_text() const override { return "none"; }

  private:
    Label label_;
    float value_;
};

}  // namespace

TEST_CASE("an epoch holds every record once, in the order of its permutation") {
    const auto images = numbered_images(10);
    AugmentedImages source = plain(images);
    BatchLoader loader(source, {4, 7});
    CHECK(loader.batches_per_epoch() == 3);
    for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
        const auto order = permutation(10, 7, static_cast<std::uint64_t>(epoch));
        std::size_t seen = 0;
        for (const std::size_t expected : {4U, 4U, 2U}) {
            const Minibatch batch = loader.next();
            REQUIRE(batch.size() == expected);
            CHECK(batch.images.size() == expected);
            CHECK(batch.epoch == epoch);
            CHECK(batch.iteration == epoch * 3 + static_cast<std::int64_t>(seen / 4));
            for (std::size_t i = 0; i < expected; ++i, ++seen) {
                REQUIRE(batch.labels[i] == order[seen]);
                REQUIRE(batch.images[i] == static_cast<float>(order[seen] / 255.0));
            }
        }
    }
}

TEST_CASE("the same seed gives the same batches, and seek finds any of them again") {
    const auto images = builtin_images(50, 1);
    const LoaderOptions options{16, 3};
    AugmentedImages source(images, imagenet_normalisation());
    BatchLoader loader(source, options);
    const auto first = copies(loader, 11);
    AugmentedImages same_source(images, imagenet_normalisation());
    BatchLoader again(same_source, options);
    CHECK(copies(again, 11) == first);
    for (const int iteration : {7, 0, 3, 10}) {
        loader.seek(iteration);
        CHECK(BatchCopy(loader.next()) == first[static_cast<std::size_t>(iteration)]);
    }
    loader.seek(5);
    loader.seek(8);
    CHECK(copies(loader, 3) == std::vector(first.begin() + 8, first.end()));
    AugmentedImages other_source(images, imagenet_normalisation());
    BatchLoader other(other_source, {16, 4});
    CHECK_FALSE(copies(other, 1) == std::vector(first.begin(), first.begin() + 1));
}

TEST_CASE("batches are augmented by the choice of their epoch and record") {
    const auto images = builtin_images(6, 1);
    const auto normalisation = cifar10_normalisation();
    AugmentedImages source(images, normalisation);
    BatchLoader loader(source, {6, 5});
    for (std::uint64_t epoch = 0; epoch < 2; ++epoch) {
        const Minibatch batch = loader.next();
        const auto order = permutation(6, 5, epoch);
        for (std::size_t i = 0; i < 6; ++i) {
            std::vector<float> normalised(3072);
            std::vector<float> expected(3072);
            normalisation.apply(images.image(order[i]), normalised);
            augment(normalised, 32, 32, choose(Augmentation{}, 5, epoch, order[i]), expected);
            CHECK(std::equal(expected.begin(), expected.end(), batch.images.begin() + static_cast<int>(i) * 3072));
        }
    }
}

TEST_CASE("a batch stays as it is while the next ones are prepared") {
    const auto images = builtin_images(64, 1);
    AugmentedImages source(images, imagenet_normalisation());
    BatchLoader loader(source, {4, 1});
    for (int i = 0; i < 20; ++i) {
        const Minibatch batch = loader.next();
        const BatchCopy before(batch);
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
        REQUIRE(BatchCopy(batch) == before);
    }
}

TEST_CASE("a loader can be dropped at any moment") {
    const auto images = builtin_images(64, 1);
    for (int taken = 0; taken < 30; ++taken) {
        AugmentedImages source(images, imagenet_normalisation());
        BatchLoader loader(source, {8, 1});
        for (int i = 0; i < taken % 6; ++i) loader.next();
    }
    SUCCEED();
}

TEST_CASE("a wrong label, or a value that is not finite, comes out of next, again and again") {
    const auto check = [](SpoiltSource source, const std::string& expected) {
        BatchLoader loader(source, {10, 7});
        for (int i = 0; i < 2; ++i) CHECK(text_of<std::invalid_argument>([&] { loader.next(); }) == expected);
    };
    check({5, 0.0f}, "images: label of record 9: expected 0 to 4, found 5");
    const std::string value = "images: record 9: expected finite values, found ";
    const std::string place = " in channel 1, row 2, column 1";
    check({0, std::numeric_limits<float>::quiet_NaN()}, value + "nan" + place);
    check({0, -std::numeric_limits<float>::infinity()}, value + "-inf" + place);
    check({4, std::numeric_limits<float>::max()}, "nothing thrown");
}

TEST_CASE("images in memory with a wrong label are refused before the first is drawn") {
    auto images = numbered_images(10);
    images.classes = 9;
    CHECK(text_of<std::invalid_argument>([&] { plain(images); }) ==
          "images: label of record 9: expected 0 to 8, found 9");
    images.classes = 10;
    CHECK(plain(images).size() == 10);
}

TEST_CASE("an epoch's last batch is smaller, or left out, other images each time") {
    const auto images = numbered_images(10);
    for (const bool drop_last : {false, true}) {
        AugmentedImages source = plain(images);
        BatchLoader loader(source, {.batch = 4, .seed = 7, .drop_last = drop_last});
        CHECK(loader.batches_per_epoch() == (drop_last ? 2 : 3));
        CHECK(loader.images_per_epoch() == (drop_last ? 8 : 10));
        std::set<Label> missing;
        for (std::uint64_t epoch = 0; epoch < 5; ++epoch) {
            const auto order = permutation(10, 7, epoch);
            std::size_t drawn = 0;
            for (std::int64_t i = 0; i < loader.batches_per_epoch(); ++i) {
                const Minibatch batch = loader.next();
                CHECK(batch.epoch == static_cast<std::int64_t>(epoch));
                CHECK(batch.size() == (i < 2 ? 4 : 2));
                for (const Label label : batch.labels) CHECK(label == order[drawn++]);
            }
            for (; drawn < 10; ++drawn) missing.insert(static_cast<Label>(order[drawn]));
        }
        CHECK(missing.size() == (drop_last ? 7 : 0));  // of ten draws
    }
    AugmentedImages source = plain(images);
    BatchLoader whole(source, {.batch = 10, .drop_last = true});
    CHECK(whole.next().size() == 10);
    CHECK(text_of<std::invalid_argument>([&] { BatchLoader(source, {.batch = 11, .drop_last = true}); }) ==
          "loader: expected images for at least one batch of 11, found 10");
}

TEST_CASE("a loader needs images and a batch, a source a fitting normalisation") {
    const auto images = numbered_images(3);
    AugmentedImages source = plain(images);
    AugmentedImages none = plain(images.slice(0, 0));
    CHECK(text_of<std::invalid_argument>([&] {
              BatchLoader(source, {0, 1});
          }) == "loader: expected at least one image and a batch of at least 1, found 3 and 0");
    CHECK_THROWS_AS(BatchLoader(none, {4, 1}), std::invalid_argument);
    CHECK_THROWS_AS(AugmentedImages(images, imagenet_normalisation()), std::invalid_argument);
    BatchLoader large(source, {100, 1});
    CHECK(large.next().size() == 3);
    CHECK(large.next().epoch == 1);
}

TEST_CASE("a source says how it changes images") {
    const auto images = numbered_images(3);
    CHECK(plain(images).augmentation_text() == "not augmented");
    const Normalisation normalisation = Normalisation::per_pixel_mean(images);
    CHECK(AugmentedImages(images, normalisation).augmentation_text() == "padding 4, mirrored");
    CHECK(AugmentedImages(images, normalisation, Augmentation{2, false}).augmentation_text() ==
          "padding 2, not mirrored");
}
