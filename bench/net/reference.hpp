#pragma once

#include <array>
#include <cstdint>
#include <filesystem>

#include "../support/repeat.hpp"
#include <residua/exec/model.hpp>
#include <residua/exec/workspace.hpp>
#include <residua/file/npy.hpp>
#include <residua/io/weights.hpp>
#include <residua/train/initialise.hpp>

/// Writes to `folder` what others have to compute with this network: NAME.safetensors, a few images in NAME-images.npy
/// and the outputs that residua has for them in NAME-outputs.npy. The weights are random; BN's statistics are those of
/// the images, so that it does something.
template <class Net>
void write_reference(const std::filesystem::path& folder, const std::string& name) {
    using namespace residua;
    constexpr int count = 4;
    constexpr int passes = 20;  // of which each moves statistics by a tenth
    const std::vector<float> images = random_values(count * input_shape<Net>.count());
    Weights<Net> weights = he_initialised<Net>(1);
    Workspace<Net, Training> training(count);
    for (int pass = 0; pass < passes; ++pass) training.forward(weights, std::span(images), count);

    Workspace<Net, Inference> workspace(count);
    const Model<Net> model(weights);
    const auto outputs = model.predict(std::span(images), count, workspace);
    const auto file = [&](const char* end) {
        std::filesystem::path path = folder / name;
        return path += end;
    };
    constexpr Chw shape = input_shape<Net>;
    save_safetensors(file(".safetensors"), weights);
    write_npy(file("-images.npy"), std::array<std::int64_t, 4>{count, shape.c, shape.h, shape.w},
              std::span<const float>(images));
    write_npy(file("-outputs.npy"), std::array<std::int64_t, 2>{count, output_shape<Net>.count()},
              std::span<const float>(outputs));
}
