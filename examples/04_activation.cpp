// An activation of one's own is one line. Its derivative comes from the expression, and it runs inside the convolutions
// of both directions like any other.

#include <cmath>
#include <iostream>
#include <random>
#include <vector>

#include <residua/residua.hpp>
#include <residua/train.hpp>

using namespace residua;
using namespace residua::variables;

struct SiLU : Activation<x * sigmoid(x)> {};  // that is all

struct Net : Network<Input<2, 6, 6>, Conv<16, 3>, BN, SiLU, Conv<8, 3, Stride<2>>, BN, SiLU, GlobalAvgPool, Linear<3>> {
};

namespace {

constexpr int images = 4;

/// Cross-entropy of a batch in training mode; the gradients stay in the workspace.
double loss(Weights<Net> weights, std::span<const float> inputs, Workspace<Net, Training>& workspace) {
    const std::vector<Label> labels{0, 1, 2, 1};
    const auto outputs = workspace.forward(weights, inputs, images);
    const double mean = softmax_cross_entropy(outputs, labels, workspace.output_gradient()).mean;
    workspace.backward();
    return mean;
}

/// Weights moved along a direction.
Weights<Net> moved(Weights<Net> weights, std::span<const float> direction, float by) {
    for (std::size_t i = 0; i < direction.size(); ++i) weights.trained()[i] += by * direction[i];
    return weights;
}

}  // namespace

int main() {
    const Weights<Net> weights = he_initialised<Net>(1);
    Workspace<Net, Training> workspace(images);
    std::minstd_rand random(1);
    std::normal_distribution<float> normal;
    std::vector<float> inputs(images * static_cast<std::size_t>(input_shape<Net>.count()));
    for (float& input : inputs) input = normal(random);

    // Along its own gradient a function rises by the gradient's squared length.
    loss(weights, inputs, workspace);
    const std::vector<float> gradient(workspace.gradients().begin(), workspace.gradients().end());
    double expected = 0.0;
    for (const float value : gradient) expected += double{value} * value;
    constexpr float step = 1e-2f;
    const double up = loss(moved(weights, gradient, step), inputs, workspace);
    const double down = loss(moved(weights, gradient, -step), inputs, workspace);
    const double measured = (up - down) / (2 * step);
    std::cout << "slope from backward " << expected << ", from two forward runs " << measured << '\n';
    return std::abs(measured - expected) < 1e-2 * expected ? 0 : 1;
}
