#pragma once

#include <residua/data/augmented_images.hpp>
#include <residua/data/protocol.hpp>
#include <residua/exec/model.hpp>
#include <residua/on_error.hpp>
#include <residua/train/check_source.hpp>
#include <residua/train/loss.hpp>

namespace residua::inline RESIDUA_ISA {

/// How many of a set's images a model gets wrong.
struct Evaluation {
    int wrong = 0;
    int images = 0;

    /// Between 0 and 1. Requires images > 0.
    [[nodiscard]] double error() const { return static_cast<double>(wrong) / images; }
};

/// Runs a model over the images of a source that does not augment them, batch by batch, and calls
/// `visit(first, outputs, labels)` with the outputs (count x classes) and labels of the images from number `first` on.
/// \throws std::invalid_argument if the network does not take such images, a label is out of range or an image not
/// finite; at the end OutputsNotFinite, if outputs were not, whose batches are not visited.
template <class Net, class Visit>
void predict_all(const Model<Net>& model, ImageSource& images, Workspace<Net, Inference>& workspace,
                 const Visit& visit) {
    check_source<Net>(images);
    constexpr auto classes = static_cast<std::size_t>(output_shape<Net>.count());
    const auto image_size = static_cast<std::size_t>(images.shape().count());
    const auto capacity = std::min(images.size(), static_cast<std::size_t>(workspace.batch()));
    std::vector<float> batch(capacity * image_size);
    std::vector<Label> labels(capacity);
    FiniteOutputs finite;
    for (std::size_t first = 0; first < images.size(); first += capacity) {
        const std::size_t count = std::min(images.size() - first, capacity);
        for (std::size_t i = 0; i < count; ++i)
            labels[i] =
                detail::fill_checked(images, first + i, 0, 0, std::span(batch).subspan(i * image_size, image_size));
        const std::span<const float> outputs =
            model.predict(std::span<const float>(batch).first(count * image_size), static_cast<int>(count), workspace);
        bool all_finite = true;
        for (std::size_t i = 0; i < count; ++i)
            all_finite &= finite.check(outputs.subspan(i * classes, classes), [&] { return images.name(first + i); });
        if (all_finite) visit(first, outputs, std::span<const Label>(labels).first(count));
    }
    finite.require();
}

/// Counts the images whose largest output is not their label's. Broken ones that the source replaces do not count.
/// \throws what predict_all throws, and std::invalid_argument if there are no images.
template <class Net>
Evaluation evaluate(const Model<Net>& model, ImageSource& images, Workspace<Net, Inference>& workspace) {
    if (images.size() == 0) detail::raise(std::invalid_argument("evaluate: expected at least one image, found none"));
    Evaluation result;
    constexpr auto classes = static_cast<std::size_t>(output_shape<Net>.count());
    predict_all(model, images, workspace,
                [&](std::size_t first, std::span<const float> outputs, std::span<const Label> labels) {
                    for (std::size_t i = 0; i < labels.size(); ++i) {
                        if (images.replaced(first + i)) continue;
                        ++result.images;
                        if (best_class(outputs.subspan(i * classes, classes)) != labels[i]) ++result.wrong;
                    }
                });
    return result;
}

/// The same for images in memory.
template <class Net>
Evaluation evaluate(const Model<Net>& model, ImagesView images, const Normalisation& normalisation,
                    Workspace<Net, Inference>& workspace) {
    AugmentedImages source(images, normalisation, std::nullopt);
    return evaluate(model, source, workspace);
}

/// The outputs for the crops of an image, crops x classes, in their order; as many go through the network at a time as
/// the workspace takes. \throws std::invalid_argument if a crop has another size than the network's input, leaves the
/// image, or does not fit the normalisation.
template <class Net>
std::vector<float> predict_crops(const Model<Net>& model, const TestImage& test, const Normalisation& normalisation,
                                 Workspace<Net, Inference>& workspace) {
    constexpr auto input = static_cast<std::size_t>(input_shape<Net>.count());
    const auto capacity = std::min(test.crops.size(), static_cast<std::size_t>(workspace.batch()));
    std::vector<float> batch(capacity * input);
    std::vector<float> outputs;
    for (std::size_t first = 0; first < test.crops.size(); first += capacity) {
        const std::size_t count = std::min(test.crops.size() - first, capacity);
        for (std::size_t i = 0; i < count; ++i)
            crop_into(test, first + i, normalisation, std::span(batch).subspan(i * input, input));
        const auto some =
            model.predict(std::span<const float>(batch).first(count * input), static_cast<int>(count), workspace);
        outputs.insert(outputs.end(), some.begin(), some.end());
    }
    return outputs;
}

}  // namespace residua::inline RESIDUA_ISA
