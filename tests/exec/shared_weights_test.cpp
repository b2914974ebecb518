#include <support/fused.hpp>

#include <residua/model/imagenet.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

template <int rows, int columns>
struct Small
    : Network<Input<3, rows, columns>, Conv<16, 3>, BN, ReLU,
              Stage<1, 32, ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ProjectionB>>>,
              Stage<1, 64, ResidualBlock<Conv1x1, Conv3x3, Widen<4, Conv1x1>, BN, ReLU, Shortcut<ProjectionC>>>,
              GlobalAvgPool, Linear<7>> {};

}  // namespace

TEST_CASE("models of networks for different sizes share their weights") {
    const Sample<Small<12, 12>> sample(1, 1);
    const Model<Small<12, 12>> model(sample.weights);
    const Model<Small<27, 19>> larger(model);
    CHECK(model.parameter<"conv1.weight">().data() == larger.parameter<"conv1.weight">().data());

    Sample<Small<27, 19>> other(3, 2);
    std::ranges::copy(sample.weights.all(), other.weights.all().begin());
    ReferenceNetwork<Small<27, 19>, double> reference(to_doubles(other.weights.all()));
    Workspace<Small<27, 19>, Inference> workspace(3, 2);
    Disagreement worst;
    worst.compare(larger.predict(other.images, 3, workspace), reference.forward(to_doubles(other.images), 3, false),
                  "outputs");
    CHECK(worst.error < 5e-5);
}

TEST_CASE("a shared model outlives the one it came from, and predicts as one of its own") {
    const Sample<Small<12, 12>> sample(1, 1);
    Sample<Small<9, 9>> other(2, 3);
    std::ranges::copy(sample.weights.all(), other.weights.all().begin());
    auto model = std::make_unique<Model<Small<12, 12>>>(sample.weights);
    const Model<Small<9, 9>> smaller(*model);
    model.reset();
    CHECK(smaller.parameter<"fc.bias">()(0) == sample.weights.parameter<"fc.bias">()(0));
    const Model<Small<9, 9>> alone(other.weights);
    Workspace<Small<9, 9>, Inference> workspace(2);
    const auto predicted = [&](const Model<Small<9, 9>>& by) {
        const auto outputs = by.predict(other.images, 2, workspace);
        return std::vector<float>(outputs.begin(), outputs.end());
    };
    const std::vector<float> expected = predicted(alone);
    CHECK(std::ranges::none_of(expected, [](float value) { return std::isnan(value) || value == 0; }));
    CHECK(predicted(smaller) == expected);
}
