#include <support/catch.hpp>
#include <thread>

#include "../train/pictures.hpp"
#include <residua/exec/model.hpp>
#include <residua/train/trainer.hpp>

using namespace residua;

namespace {

struct Other : Network<Input<3, 8, 8>, Conv<6, 3>, ReLU, MaxPool<2>, Linear<4, Flatten>> {};

template <class Net>
std::vector<float> predict(const Model<Net>& model, Workspace<Net, Inference>& workspace) {
    const std::vector<float> images(static_cast<std::size_t>(3 * input_shape<Net>.count()), 0.5f);
    const auto outputs = model.predict(images, 3, workspace);
    return {outputs.begin(), outputs.end()};
}

/// Predicts until `done`, and says whether every answer was the first one.
template <class Net>
bool keeps_predicting(const Model<Net>& model, const std::atomic<bool>& done) {
    Workspace<Net, Inference> workspace(3, 2);
    const std::vector<float> first = predict(model, workspace);
    bool same = true;
    while (!done) same = predict(model, workspace) == first && same;
    return same;
}

std::vector<float> train() {
    const LabelledImages images = pictures(40);
    AugmentedImages source = source_of(images);
    Trainer<SmallNet> trainer(source, {.iterations = 30, .batch = 12, .seed = 3, .threads = 2});
    while (!trainer.finished()) trainer.step();
    return {trainer.weights().all().begin(), trainer.weights().all().end()};
}

}  // namespace

TEST_CASE("two models and a trainer at work at the same time do not disturb each other") {
    const Model<SmallNet> one(he_initialised<SmallNet>(1));
    const Model<Other> two(he_initialised<Other>(2));
    const std::vector<float> expected = train();
    std::atomic<bool> done = false;
    bool first_same = false;
    bool second_same = false;
    std::vector<float> trained;
    {
        const std::jthread first([&] { first_same = keeps_predicting(one, done); });
        const std::jthread second([&] { second_same = keeps_predicting(two, done); });
        trained = train();
        done = true;
    }
    CHECK(first_same);
    CHECK(second_same);
    CHECK(trained == expected);
}
