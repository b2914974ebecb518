#include <support/count_allocations.hpp>
#include <support/fused.hpp>
#include <support/xtensor.hpp>

using namespace residua;

namespace {

struct Net : Network<Input<3, 16, 16>, Conv<16, 3>, BN, ReLU,
                     Stage<1, 32, ResidualBlock<Conv3x3, BN, ReLU, Shortcut<ProjectionC>>>, GlobalAvgPool, Linear<10>> {
};

}  // namespace

TEST_CASE("allocations are counted") {
#if RESIDUA_COUNTS_ALLOCATIONS
    const int* volatile seen = nullptr;  // or the compiler leaves the allocation out
    CHECK(fewest_allocations([&] {
              const std::vector<int> one(1);
              seen = one.data();
          }) >= 4);
#endif
    CHECK(fewest_allocations([] {}) == 0);
}

TEST_CASE("no allocation in predict") {
    const Sample<Net> sample(5, 1);
    const Model<Net> model(sample.weights);
    for (const int threads : {1, 2}) {
        Workspace<Net, Inference> workspace(5, threads);
        for (const int count : {1, 4, 5}) {
            const auto images = std::span(sample.images).first(Sample<Net>::values(count, input_shape<Net>));
            INFO(threads << " threads, " << count << " images");
            CHECK(fewest_allocations([&] { model.predict(images, count, workspace); }) == 0);
        }
    }
}

TEST_CASE("no allocation in predict of an xtensor expression") {
    const Sample<Net> sample(5, 1);
    const Model<Net> model(sample.weights);
    Workspace<Net, Inference> workspace(5);
    const xt::xtensor<float, 4> images = xt::zeros<float>({5, 3, 16, 16});
    CHECK(fewest_allocations([&] { model.predict(images, workspace); }) == 0);
    CHECK(fewest_allocations([&] { model.predict(0.5f * images + 1.0f, workspace); }) == 0);
}

TEST_CASE("no allocation in forward and backward") {
    Sample<Net> sample(5, 1);
    for (const int threads : {1, 2}) {
        Workspace<Net, Training> workspace(5, threads);
        INFO(threads << " threads");
        CHECK(fewest_allocations([&] {
                  workspace.forward(sample.weights, sample.images, 5);
                  workspace.backward();
              }) == 0);
    }
}
