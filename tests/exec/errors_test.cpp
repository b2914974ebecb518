#include <sstream>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <support/xtensor.hpp>

#include <residua/exec/model.hpp>
#include <residua/exec/workspace.hpp>
#include <residua/layer/linear.hpp>
#include <residua/layer/pool.hpp>

using namespace residua;

namespace {

struct Net : Network<Input<3, 4, 5>, Conv<4, 3>, BN, ReLU, GlobalAvgPool, Linear<2>> {};

using Runs = Workspace<Net, Inference>;
using Trains = Workspace<Net, Training>;
using Images = xt::xtensor<float, 4>;

template <class Action>
std::string complaint(const Action& action) {
    return text_of<std::invalid_argument>(action);
}

}  // namespace

TEST_CASE("errors: workspaces for nothing") {
    CHECK(complaint([] { Runs workspace(0); }) == "batch: expected at least 1, got 0");
    CHECK(complaint([] { Trains workspace(-1); }) == "batch: expected at least 1, got -1");
    CHECK(complaint([] { Runs workspace(1, 0); }) == "threads: expected at least 1, got 0");
    CHECK(complaint([] { Trains workspace(1, -2); }) == "threads: expected at least 1, got -2");
}

TEST_CASE("errors: too many images, and spans of another size") {
    const Model<Net> model{Weights<Net>()};
    Runs workspace(2);
    const std::vector<float> images(180);
    CHECK(complaint([&] { model.predict(images, 3, workspace); }) == "images: expected at most 2, got 3");
    CHECK(complaint([&] { model.predict(images, -1, workspace); }) == "images: expected at most 2, got -1");
    CHECK(complaint([&] { model.predict(images, 2, workspace); }) == "images: expected 120 values, got 180");
    CHECK(model.predict(std::span<const float>(), 0, workspace).empty());

    Weights<Net> weights;
    Trains training(2);
    CHECK(complaint([&] { training.forward(weights, images, 3); }) == "images: expected 1 to 2, got 3");
    CHECK(complaint([&] { training.forward(weights, std::span<const float>(), 0); }) ==
          "images: expected 1 to 2, got 0");
    CHECK(complaint([&] { training.forward(weights, images, 2); }) == "images: expected 120 values, got 180");
}

TEST_CASE("errors: xtensor expressions of another shape, both shapes in the text") {
    const Model<Net> model{Weights<Net>()};
    Weights<Net> weights;
    Runs runs(2);
    Trains trains(2);
    const std::string expected = "images: expected shape (N, 3, 4, 5) with N <= 2, got ";
    const Images many = xt::zeros<float>({3, 3, 4, 5});
    const Images turned = xt::zeros<float>({2, 3, 5, 4});
    const xt::xtensor<float, 3> flat = xt::zeros<float>({3, 4, 5});
    CHECK(complaint([&] { model.predict(many, runs); }) == expected + "(3, 3, 4, 5)");
    CHECK(complaint([&] { model.predict(turned, runs); }) == expected + "(2, 3, 5, 4)");
    CHECK(complaint([&] { model.predict(flat, runs); }) == expected + "(3, 4, 5)");
    CHECK(complaint([&] { trains.forward(weights, many); }) == expected + "(3, 3, 4, 5)");
    CHECK(complaint([&] { trains.forward(weights, turned); }) == expected + "(2, 3, 5, 4)");
    CHECK(complaint([&] { model.predict(turned); }) == expected + "(2, 3, 5, 4)");
}

TEST_CASE("xtensor expressions give the same as spans, and views see the values") {
    Weights<Net> weights;
    weights.parameter<"conv1.weight">() = xt::ones<float>({4, 3, 3, 3});
    weights.parameter<"fc.bias">() = xt::xtensor<float, 1>{1, -1};
    weights.parameter<"fc.weight">()(1, 2) = 0.5f;
    const Images images = xt::arange<float>(0, 120).reshape({2, 3, 4, 5});
    const Model<Net> model(weights);
    CHECK(model.parameter<"fc.weight">()(1, 2) == 0.5f);
    CHECK(model.parameter<"conv1.weight">().shape() == std::array<std::size_t, 4>{4, 3, 3, 3});
    Runs workspace(2);
    const auto once = model.predict(images);
    CHECK(once.shape()[0] == 2);
    CHECK(once == model.predict(2.0f * images - images, workspace));
    const auto flat = model.predict(std::span(images.data(), 120), 2, workspace);
    CHECK(std::equal(flat.begin(), flat.end(), once.begin(), once.end()));

    Trains training(3);
    const auto outputs = training.forward(weights, 2.0f * images - images);
    CHECK(outputs.shape() == std::array<std::size_t, 2>{2, 2});
    std::ranges::fill(training.output_gradient(), 0.5f);
    training.backward();
    CHECK_THROWS_AS(training.backward(), std::logic_error);
    CHECK(training.gradient<"fc.bias">()(0) == 1.0f);
    CHECK(training.gradient<"conv1.weight">().shape() == std::array<std::size_t, 4>{4, 3, 3, 3});
}

TEST_CASE("training on images that were put into the workspace gives the same as on those that it copies") {
    const xt::xtensor<float, 1> images = xt::arange<float>(0, 120);
    const auto gradients = [&](bool put) {
        Weights<Net> weights;
        weights.parameter<"fc.weight">() = xt::ones<float>({2, 4});
        Trains training(3);
        CHECK(training.images().size() == 180);
        std::span<const float> from{images.data(), 120};
        if (put) {
            std::ranges::copy(from, training.images().begin());
            from = training.images().first(120);
        }
        training.forward(weights, from, 2);
        std::ranges::fill(training.output_gradient(), 0.5f);
        const auto found = training.backward();
        return std::vector<float>(found.begin(), found.end());
    };
    CHECK(gradients(true) == gradients(false));
}

TEST_CASE("weights are values") {
    Weights<Net> first;
    CHECK(first.parameter<"bn1.weight">()(3) == 1.0f);
    CHECK(first.parameter<"bn1.running_var">()(0) == 1.0f);
    CHECK(first.parameter<"bn1.running_mean">()(0) == 0.0f);
    first.parameter<"conv1.weight">()(0, 0, 0, 0) = 7.0f;
    Weights<Net> second = first;
    first.parameter<"conv1.weight">()(0, 0, 0, 0) = 8.0f;
    CHECK(second.parameter<"conv1.weight">()(0, 0, 0, 0) == 7.0f);
    second = first;
    CHECK(second.parameter<"conv1.weight">()(0, 0, 0, 0) == 8.0f);
    const float* const data = second.all().data();
    const Weights<Net> third = std::move(second);
    CHECK(third.all().data() == data);
    CHECK(third.trained().size() == static_cast<std::size_t>(parameter_count<Net>));
    CHECK(third.all().size() == static_cast<std::size_t>(weight_count<Net>));
}

TEST_CASE("errors: BN in training with a single value per channel") {
    struct Points : Network<Input<3, 1, 1>, Conv<16, 1>, BN, ReLU, Linear<4>> {};
    Weights<Points> weights;
    Workspace<Points, Training> workspace(2);
    const std::vector<float> images(6, 1.0f);
    CHECK(workspace.forward(weights, images, 2).size() == 8);
    CHECK(complaint([&] { workspace.forward(weights, std::span(images).first(3), 1); }) ==
          "images: expected at least 2, because BN needs 2 values per channel, got 1");
}
