// Weights make a model, a workspace is the memory to run it in; images come as any xtensor expression.

#include <iostream>

#include <residua/data.hpp>
#include <residua/residua.hpp>
#include <residua/train.hpp>

using namespace residua;

int main() {
    const Model<ResNet20> model(he_initialised<ResNet20>(1));  // io.hpp: = load_model<ResNet20>("resnet20.safetensors")
    Workspace<ResNet20, Inference> workspace(8);               // up to 8 images at once

    const LabelledImages pictures = builtin_images(3, 1);
    xt::xtensor<float, 4> images = xt::zeros<float>({3, 3, 32, 32});
    std::ranges::copy(pictures.pixels, images.begin());

    const auto logits = model.predict(images / 255.0f - 0.5f, workspace);  // a view, 3 x 10, into the workspace
    for (std::size_t i = 0; i < 3; ++i) {
        const auto guess = static_cast<std::size_t>(best_class(std::span(&logits(i, 0), 10)));
        std::cout << "picture " << i << " is a " << pictures.class_names[pictures.labels[i]]
                  << ", the untrained network says " << pictures.class_names[guess] << '\n';
    }

    // A misspelt name would not compile.
    const auto kernel = model.parameter<"layer1.0.conv1.weight">();
    return logits.shape(0) == 3 && logits.shape(1) == 10 && kernel.shape(0) == 16 ? 0 : 1;
}
