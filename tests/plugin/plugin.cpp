// A shared library whose innards are residua's: what a program loads and unloads while it runs.

#include <vector>

#include "../train/pictures.hpp"
#include <residua/exec/model.hpp>
#include <residua/train/trainer.hpp>

using namespace residua;

extern "C" float answer_of_plugin();

/// Trains for three steps and predicts, with two threads each.
extern "C" float answer_of_plugin() {
    const LabelledImages images = pictures(40);
    AugmentedImages source = source_of(images);
    Trainer<SmallNet> trainer(source, {.iterations = 3, .batch = 12, .seed = 3, .threads = 2});
    while (!trainer.finished()) trainer.step();
    const Model<SmallNet> model(trainer.weights());
    Workspace<SmallNet, Inference> workspace(5, 2);
    const std::vector<float> image(static_cast<std::size_t>(5 * input_shape<SmallNet>.count()), 0.5f);
    return model.predict(image, 5, workspace).front();
}
