#pragma once

#include <residua/data/fill_batch.hpp>
#include <residua/exec/model.hpp>
#include <residua/train/loss.hpp>

namespace residua::inline RESIDUA_ISA {

/// How many of a set's images a model gets wrong.
struct Evaluation {
    int wrong = 0;
    int images = 0;

    /// Between 0 and 1.
    [[nodiscard]] double error() const { return images == 0 ? 0.0 : static_cast<double>(wrong) / images; }
};

/// Runs a model over images, batch by batch, and calls `visit(first, outputs)` with the outputs (count x classes) of
/// the images from number `first` on.
template <class Net, class Visit>
void predict_all(const Model<Net>& model, ImagesView images, const Normalisation& normalisation,
                 Workspace<Net, Inference>& workspace, const Visit& visit) {
    std::vector<float> batch(static_cast<std::size_t>(workspace.batch()) * images.image_size());
    for (std::size_t first = 0; first < images.size(); first += static_cast<std::size_t>(workspace.batch())) {
        const std::size_t count = std::min(images.size() - first, static_cast<std::size_t>(workspace.batch()));
        const std::span<float> part = std::span(batch).first(count * images.image_size());
        fill_batch(images, normalisation, first, count, part);
        visit(first, model.predict(part, static_cast<int>(count), workspace));
    }
}

/// Counts the images whose largest output is not their label's.
template <class Net>
Evaluation evaluate(const Model<Net>& model, ImagesView images, const Normalisation& normalisation,
                    Workspace<Net, Inference>& workspace) {
    Evaluation result{.images = static_cast<int>(images.size())};
    constexpr auto classes = static_cast<std::size_t>(output_shape<Net>.count());
    predict_all(model, images, normalisation, workspace, [&](std::size_t first, std::span<const float> outputs) {
        for (std::size_t i = 0; i < outputs.size() / classes; ++i)
            if (best_class(outputs.subspan(i * classes, classes)) != images.labels[first + i]) ++result.wrong;
    });
    return result;
}

}  // namespace residua::inline RESIDUA_ISA
