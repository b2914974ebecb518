#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <residua/data/augment.hpp>
#include <residua/data/image_source.hpp>
#include <residua/data/labelled_images.hpp>
#include <residua/data/normalisation.hpp>

namespace residua::inline RESIDUA_ISA {

/// Images in memory, normalised, shifted and mirrored as section 4.2 of the paper has it. The images must outlive it
/// and must not change. `fill` does not allocate.
class AugmentedImages final : public ImageSource {
  public:
    /// Without an augmentation, images are normalised and nothing else. Throws std::invalid_argument if they do not fit
    /// the normalisation, and for a label that is not below `classes`.
    AugmentedImages(ImagesView images, Normalisation normalisation,
                    std::optional<Augmentation> augmentation = Augmentation{})
        : images_(images),
          normalisation_(std::move(normalisation)),
          augmentation_(augmentation),
          normalised_(images.image_size()) {
        normalisation_.check(images_);
        for (std::size_t i = 0; i < images_.size(); ++i) detail::check_label(images_.labels[i], images_.classes, i);
    }

    std::size_t size() const override { return images_.size(); }
    Chw shape() const override { return {images_.channels, images_.height, images_.width}; }
    int classes() const override { return images_.classes; }

    Label fill(std::size_t record, std::uint64_t seed, std::uint64_t epoch, std::span<float> dst) override {
        if (augmentation_) {
            normalisation_.apply(images_.image(record), normalised_);
            augment(normalised_, images_.height, images_.width,
                    choose(*augmentation_, seed, epoch, static_cast<std::uint32_t>(record)), dst);
        } else {
            normalisation_.apply(images_.image(record), dst);
        }
        return images_.labels[record];
    }

    std::string augmentation_text() const override {
        if (!augmentation_) return "not augmented";
        return "padding " + std::to_string(augmentation_->padding) +
               (augmentation_->mirror ? ", mirrored" : ", not mirrored");
    }

  private:
    ImagesView images_;
    Normalisation normalisation_;
    std::optional<Augmentation> augmentation_;
    std::vector<float> normalised_;
};

}  // namespace residua::inline RESIDUA_ISA
