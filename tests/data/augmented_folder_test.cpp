#include <algorithm>
#include <cstdint>
#include <string>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <vector>

#include "encode.hpp"
#include <residua/data/augmented_folder.hpp>
#include <residua/data/folder_statistics.hpp>
#include <residua/data/loader.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

constexpr Chw shape{3, 16, 24};
constexpr std::size_t image_size = 3 * 16 * 24;
constexpr ScaleAugmentation small{.shortest = 24, .longest = 40};

/// Two classes with three files each; file i is one colour, 10 i.
class Files {
  public:
    Files() {
        for (int i = 0; i < 6; ++i) {
            std::filesystem::create_directories(path(i).parent_path());
            const std::vector<std::uint8_t> pixels(3 * 30 * 50, static_cast<std::uint8_t>(10 * i));
            put(path(i), i % 2 == 0 ? png_file(30, 50, pixels, {}) : jpeg_file(50, 30, pixels, {}));
        }
    }

    ImageFolder open() const { return ImageFolder::open(folder_.path()); }
    std::filesystem::path path(int i) const { return folder_ / ((i < 3 ? "a/" : "b/") + std::to_string(i) + ".png"); }
    /// Cuts a file off.
    void damage(int i) const { put(path(i), content_of(path(i)).substr(0, 60)); }

  private:
    TemporaryFolder folder_;
};

Normalisation plain() { return Normalisation::per_channel(std::array{0.0, 0.0, 0.0}, std::array{1.0, 1.0, 1.0}); }

struct Filled {
    Label label;
    std::vector<float> image = std::vector<float>(image_size);

    Filled(AugmentedFolder& source, std::size_t record, std::uint64_t seed = 1, std::uint64_t epoch = 0) {
        label = source.fill(record, seed, epoch, image);
    }
    /// The number of the file, which is its colour.
    int file() const { return static_cast<int>(image[0] * 25.5F + 0.5F); }
};

}  // namespace

TEST_CASE("augmented folder: images and labels by record, without augmentation as they are") {
    const Files files;
    AugmentedFolder source(files.open(), plain(), shape, std::nullopt);
    CHECK(source.size() == 6);
    CHECK(source.shape() == shape);
    CHECK(source.classes() == 2);
    for (std::size_t record = 0; record < 6; ++record) {
        const Filled filled(source, record);
        CHECK(filled.label == record / 3);
        const float expected = static_cast<float>(record) * 10.0F / 255.0F;
        CHECK(std::ranges::all_of(filled.image, [&](float v) { return v == Approx(expected).margin(0.005); }));
    }
}

TEST_CASE("augmented folder: an image is a function of seed, epoch and record, and the loader draws it") {
    const Files files;
    AugmentedFolder source(files.open(), imagenet_normalisation(), shape, small);
    const auto image = [&](std::size_t record, std::uint64_t seed, std::uint64_t epoch) {
        return Filled(source, record, seed, epoch).image;
    };
    CHECK(image(2, 7, 1) == image(2, 7, 1));
    CHECK(image(2, 7, 1) != image(2, 8, 1));
    CHECK(image(2, 7, 1) != image(2, 7, 2));
    BatchLoader loader(source, {4, 7});
    AugmentedFolder again(files.open(), imagenet_normalisation(), shape, small);
    for (std::uint64_t epoch = 0; epoch < 2; ++epoch) {
        const auto order = permutation(6, 7, epoch);
        std::size_t seen = 0;
        while (seen < 6) {
            const Minibatch batch = loader.next();
            for (std::size_t i = 0; i < batch.size(); ++i) {
                const Filled filled(again, order[seen++], 7, epoch);
                CHECK(batch.labels[i] == filled.label);
                CHECK(std::ranges::equal(batch.images.subspan(i * image_size, image_size), filled.image));
            }
        }
    }
}

TEST_CASE("augmented folder: a broken file stops the loader, again and again") {
    const Files files;
    files.damage(4);
    AugmentedFolder source(files.open(), plain(), shape, small);
    BatchLoader loader(source, {6, 1});
    for (int i = 0; i < 2; ++i)
        CHECK(text_of<FileError>([&] { loader.next(); }) ==
              files.path(4).string() + ": PNG data: expected a whole image, found no end");
    std::filesystem::remove(files.path(1));
    AugmentedFolder other(files.open(), plain(), shape, small);
    CHECK(Filled(other, 1).file() == 2);  // no longer in the list
    std::filesystem::remove(files.path(2));
    CHECK(text_of<FileError>([&] { Filled(other, 1); }).find(files.path(2).string() + ": cannot be read: ") == 0);
}

TEST_CASE("augmented folder: broken files are skipped, named once, and replaced by the next whole one") {
    const Files files;
    for (const int i : {2, 3, 5}) files.damage(i);
    AugmentedFolder source(files.open(), plain(), shape, std::nullopt, BrokenFiles::skip);
    CHECK(source.broken().empty());
    for (int round = 0; round < 2; ++round) {
        std::vector<int> found;
        for (std::size_t record = 0; record < 6; ++record) {
            const Filled filled(source, record);
            CHECK(filled.label == filled.file() / 3);
            CHECK(source.replaced(record) == (filled.file() != static_cast<int>(record)));
            CHECK(source.name(record) ==
                  "record " + std::to_string(record) + " (" + files.path(filled.file()).string() + ")");
            found.push_back(filled.file());
        }
        CHECK(found == std::vector{0, 1, 4, 4, 4, 0});
        REQUIRE(source.broken().size() == 3);
        CHECK(source.broken()[0].find(files.path(2).string() + ": ") == 0);
        CHECK(source.broken()[2].find(files.path(5).string() + ": ") == 0);
    }
    for (const int i : {0, 1, 4}) files.damage(i);
    AugmentedFolder all(files.open(), plain(), shape, small, BrokenFiles::skip);
    CHECK(text_of<FileError>([&] { Filled(all, 3); }).find("; all 6 images are broken") != std::string::npos);
}

TEST_CASE("augmented folder: images of one channel are grey") {
    const Files files;
    const Normalisation one = Normalisation::per_channel(std::array{0.5}, std::array{0.25});
    constexpr Chw grey{1, 16, 24};
    AugmentedFolder plainly(files.open(), one, grey, std::nullopt);
    std::vector<float> image(16 * 24);
    for (std::size_t record = 0; record < 6; ++record) {
        CHECK(plainly.fill(record, 1, 0, image) == record / 3);
        const double expected = (static_cast<double>(record) * 10.0 / 255.0 - 0.5) / 0.25;
        CHECK(std::ranges::all_of(image, [&](float v) { return v == Approx(expected).margin(0.02); }));
    }
    // A shift of the colours is one of their grey.
    std::vector<float> three(image_size);
    std::vector<float> shifted(image.size());
    AugmentedFolder colours(files.open(), plain(), shape, small);
    AugmentedFolder greys(files.open(), Normalisation::per_channel(std::array{0.0}, std::array{1.0}), grey, small);
    colours.fill(0, 1, 0, three);  // black before the shift
    greys.fill(0, 1, 0, shifted);
    CHECK(shifted[0] == Approx(0.299 * three[0] + 0.587 * three[384] + 0.114 * three[768]).margin(1e-4));
    const Normalisation mean = per_pixel_mean(files.open(), grey);
    mean.apply(std::vector<std::uint8_t>(image.size(), 0), image);
    CHECK(-image[100] * 255 == Approx(25).margin(0.5));
}

TEST_CASE("augmented folder: images come as stored, or upright if asked for") {
    const Files files;
    // The upper half black, the lower one white; upright, turned by a quarter: black on the right.
    std::vector<std::uint8_t> pixels(3 * 48 * 48);
    std::fill(pixels.begin() + 3 * 24 * 48, pixels.end(), std::uint8_t{255});
    PngKind kind;
    kind.exif = std::string("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0", 26);
    put(files.path(0), png_file(48, 48, pixels, kind));
    const auto corners = [&](Orientation orientation) {
        AugmentedFolder source(files.open(), plain(), {3, 16, 16}, std::nullopt, BrokenFiles::fatal, orientation);
        std::vector<float> image(3 * 16 * 16);
        source.fill(0, 1, 0, image);
        return std::array{image[0] > 0.5F, image[15] > 0.5F, image[15 * 16] > 0.5F, image[15 * 17] > 0.5F};
    };
    CHECK(corners(Orientation::stored) == std::array{false, false, true, true});
    CHECK(corners(Orientation::upright) == std::array{true, false, true, false});
    AugmentedFolder upright(files.open(), plain(), shape, std::nullopt, BrokenFiles::fatal, Orientation::upright);
    CHECK(upright.augmentation_text() == "crop 16 x 24, not augmented, upright");
}

TEST_CASE("augmented folder: what does not fit is named") {
    const Files files;
    const auto text = [&](Chw crop, const ScaleAugmentation& augmentation) {
        return text_of<std::invalid_argument>([&] { AugmentedFolder(files.open(), plain(), crop, augmentation); });
    };
    CHECK(text({2, 16, 24}, small) == "folder: expected crops of 1 or 3 channels, found 2 x 16 x 24");
    CHECK(text({3, 0, 24}, small) == "folder: expected crops of 1 or 3 channels, found 3 x 0 x 24");
    CHECK(text({3, 25, 16}, small) == "folder: expected shorter sides of at least 25, found 24 to 40");
    CHECK(text({3, 16, 16}, {.shortest = 24, .longest = 23}) ==
          "folder: expected shorter sides of at least 16, found 24 to 23");
    const Normalisation other = Normalisation::per_pixel_mean(std::vector<float>(7));
    CHECK_THROWS_AS(AugmentedFolder(files.open(), other, shape, small), std::invalid_argument);
}

TEST_CASE("augmented folder: it says how it changes images") {
    const Files files;
    const auto text = [&](std::optional<ScaleAugmentation> augmentation) {
        return AugmentedFolder(files.open(), plain(), shape, augmentation).augmentation_text();
    };
    CHECK(text(std::nullopt) == "crop 16 x 24, not augmented");
    CHECK(text(ScaleAugmentation{24, 40, false, std::nullopt}) ==
          "crop 16 x 24, shorter side 24 to 40, not mirrored, colours as they are");
    ScaleAugmentation coloured{24, 40, true, ColourComponents{{0.5, 0, 0}, {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}}}};
    CHECK(text(coloured) == "crop 16 x 24, shorter side 24 to 40, mirrored, colours 0.5 0 0 0 0 0 0 0 0");
}

TEST_CASE("folder statistics: the mean of each pixel and the colours, broken files left out") {
    const Files files;
    files.damage(0);
    CHECK_THROWS_AS(per_pixel_mean(files.open(), shape), FileError);
    CHECK_THROWS_AS(colour_components(files.open()), FileError);
    // Files 1 to 5, and 1 once more for the broken one.
    const Normalisation mean = per_pixel_mean(files.open(), shape, BrokenFiles::skip);
    std::vector<float> image(image_size);
    mean.apply(std::vector<std::uint8_t>(image_size, 0), image);
    CHECK(-image[100] * 255 == Approx((10 + 10 + 20 + 30 + 40 + 50) / 6.0).margin(0.5));
    // Greys 10, 20, ... 50.
    const ColourComponents colours = colour_components(files.open(), BrokenFiles::skip);
    CHECK(colours.variances[0] == Approx(3 * 200 / (255.0 * 255.0)).epsilon(0.02));
    CHECK(colours.variances[1] == Approx(0).margin(1e-4));
    // Two, evenly spaced: 0 is broken, 3 is not.
    CHECK(colour_components(files.open(), BrokenFiles::skip, 2).variances[0] == Approx(0).margin(1e-6));
}

TEST_CASE("augmented folder: the samples of ImageNet, their colours much like ImageNet's") {
    RESIDUA_NEEDS_DATA();
    const ImageFolder folder = ImageFolder::open(data_folder() / "imagenet-samples" / "labels.csv");
    AugmentedFolder source(folder, imagenet_normalisation());
    std::vector<float> image(3 * 224 * 224);
    for (std::size_t record = 0; record < source.size(); ++record) {
        CHECK(source.fill(record, 1, 0, image) == folder.label(record));
        CHECK(std::ranges::all_of(image, [](float v) { return v > -4 && v < 4; }));
    }
    const ColourComponents colours = colour_components(folder);
    double along = 0;
    for (std::size_t c = 0; c < 3; ++c) along += colours.directions[0][c] * imagenet_colours.directions[0][c];
    CHECK(std::abs(along) > 0.99);
    CHECK(colours.variances[0] == Approx(imagenet_colours.variances[0]).epsilon(0.3));
}
