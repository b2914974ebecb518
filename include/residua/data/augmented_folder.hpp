#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <residua/data/image_file.hpp>
#include <residua/data/image_folder.hpp>
#include <residua/data/image_source.hpp>
#include <residua/data/normalisation.hpp>
#include <residua/data/scale_augment.hpp>
#include <residua/on_error.hpp>

namespace residua::inline RESIDUA_ISA {

/// What to do about a file that is not a whole image: stop, or leave it out and go on.
enum class BrokenFiles { fatal, skip };

/// Image files, read and decoded when their turn comes, cropped, changed and normalised.
class AugmentedFolder final : public ImageSource {
  public:
    /// `shape` is what the network takes (input_shape<Net>): three channels, or one, for which images become grey.
    /// Without an augmentation, images are cropped in the middle. Throws std::invalid_argument if the shape has another
    /// number of channels, is larger than the augmentation's shortest side or does not fit the normalisation.
    AugmentedFolder(ImageFolder folder, Normalisation normalisation, Chw shape = {3, 224, 224},
                    std::optional<ScaleAugmentation> augmentation = ScaleAugmentation{},
                    BrokenFiles broken_files = BrokenFiles::fatal, Orientation orientation = Orientation::stored)
        : folder_(std::move(folder)),
          normalisation_(std::move(normalisation)),
          shape_(shape),
          augmentation_(augmentation),
          broken_files_(broken_files),
          orientation_(orientation),
          is_broken_(folder_.size()) {
        if ((shape_.c != 1 && shape_.c != 3) || std::min(shape_.h, shape_.w) < 1) {
            detail::raise(std::invalid_argument("folder: expected crops of 1 or 3 channels, found " +
                                                std::to_string(shape_.c) + " x " +
                                                detail::size_text(shape_.h, shape_.w)));
        }
        normalisation_.check({shape_.c, shape_.h, shape_.w, classes(), {}, {}});
        const int longest = std::max(shape_.h, shape_.w);
        if (augmentation_ && (augmentation_->shortest < longest || augmentation_->longest < augmentation_->shortest)) {
            detail::raise(std::invalid_argument(
                "folder: expected shorter sides of at least " + std::to_string(longest) + ", found " +
                std::to_string(augmentation_->shortest) + " to " + std::to_string(augmentation_->longest)));
        }
    }

    std::size_t size() const override { return folder_.size(); }
    Chw shape() const override { return shape_; }
    int classes() const override { return folder_.classes(); }

    /// A broken file that is skipped is replaced by the next whole one, with that one's label. Throws FileError for one
    /// that is not, and if all are broken.
    Label fill(std::size_t record, std::uint64_t seed, std::uint64_t epoch, std::span<float> dst) override {
        for (std::size_t later = 0; later < size(); ++later) {
            const std::size_t instead = (record + later) % size();
            const std::optional<RgbImage> image = read(instead);
            if (!image) continue;
            scale_into(*image, choice_for({image->height, image->width}, seed, epoch, record), normalisation_, dst);
            return folder_.label(instead);
        }
        detail::raise(FileError(broken().front() + "; all " + std::to_string(size()) + " images are broken"));
    }

    bool replaced(std::size_t record) const override { return is_broken_[record]; }

    std::vector<std::string> broken() const override {
        const std::scoped_lock lock(mutex_);
        return broken_;
    }

    /// With the file that it came from.
    std::string name(std::size_t record) const override {
        std::size_t file = record;
        while (is_broken_[file] && (file + 1) % size() != record) file = (file + 1) % size();
        return ImageSource::name(record) + " (" + folder_.path(file).string() + ")";
    }

    std::string augmentation_text() const override {
        return "crop " + detail::size_text(shape_.h, shape_.w) + ", " +
               (augmentation_ ? text_of(*augmentation_) : "not augmented") +
               (orientation_ == Orientation::upright ? ", upright" : "");
    }

  private:
    std::optional<RgbImage> read(std::size_t record) {
        if (is_broken_[record]) return std::nullopt;
        try {
            return read_image(folder_.path(record), orientation_);
        } catch (const FileError& error) {
            if (broken_files_ == BrokenFiles::fatal) throw;
            is_broken_[record] = true;
            const std::scoped_lock lock(mutex_);
            broken_.emplace_back(error.what());
            return std::nullopt;
        }
    }

    ScaleChoice choice_for(ImageSize image, std::uint64_t seed, std::uint64_t epoch, std::uint64_t record) const {
        const ImageSize crop{shape_.h, shape_.w};
        return augmentation_ ? choose(*augmentation_, image, crop, seed, epoch, record) : middle_choice(image, crop);
    }

    ImageFolder folder_;
    Normalisation normalisation_;
    Chw shape_;
    std::optional<ScaleAugmentation> augmentation_;
    BrokenFiles broken_files_;
    Orientation orientation_;
    std::vector<bool> is_broken_;
    mutable std::mutex mutex_;  // guards the following
    std::vector<std::string> broken_;
};

}  // namespace residua::inline RESIDUA_ISA
