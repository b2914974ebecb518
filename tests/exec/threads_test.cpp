#include <support/fused.hpp>
#include <support/more_threads.hpp>
#include <thread>

using namespace residua;
using namespace residua::detail;

namespace {

template <class Option>
using Basic = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<Option>>;

/// Odd sizes, packed input, both kinds of shortcuts, a map with several readers, pools.
struct Net : Network<Input<3, 13, 11>, Conv<20, 3>, BN, ReLU, MaxPool<3, Stride<1>>, Stage<2, 20, Basic<IdentityA>>,
                     Stage<1, 36, Basic<ProjectionB>>, Residual<Sequence<BN, ReLU, Conv<36, 3>>>, BN, ReLU,
                     GlobalAvgPool, Linear<10>> {};

/// Large maps, which are dropped and computed again.
struct Dropping
    : Network<Input<1, 37, 36>, Conv<56, 3>, BN, ReLU,
              Stage<3, 16, ResidualBlock<Conv1x1, Conv3x3, Widen<4, Conv1x1>, BN, ReLU, Shortcut<ProjectionB>>>,
              GlobalAvgPool, Linear<5>> {};

template <class Trained>
constexpr bool computes_again() {
    bool repeats = false;
    bool restores = false;
    for (const BackwardStep& pass : training_plan<Trained>.backward) {
        repeats |= pass.repeats;
        restores |= pass.restores > 0;
    }
    return repeats && restores;
}

/// Everything that training steps leave behind.
template <class Trained>
std::vector<float> training_steps(int threads, int count) {
    Workspace<Trained, Training> workspace(count + 3, threads);
    Sample<Trained> sample(count, 5);
    std::vector<float> all;
    for (int i = 0; i < 3; ++i) {
        const auto outputs = workspace.forward(sample.weights, sample.images, count);
        all.insert(all.end(), outputs.begin(), outputs.end());
        std::ranges::copy(sample.upstream, workspace.output_gradient().begin());
        const auto gradients = workspace.backward();
        all.insert(all.end(), gradients.begin(), gradients.end());
        for (std::size_t k = 0; k < gradients.size(); ++k) sample.weights.trained()[k] -= 0.01f * gradients[k];
    }
    all.insert(all.end(), sample.weights.all().begin(), sample.weights.all().end());
    return all;
}

}  // namespace

TEST_CASE("threads: a training step has the same bits for any number") {
    const MoreThreads more;
    for (const int count : {1, 5, 37}) {
        const std::vector<float> expected = training_steps<Net>(1, count);
        CHECK(std::ranges::none_of(expected, [](float value) { return std::isnan(value); }));
        for (const int threads : {1, 2, 3, 5}) {
            INFO(threads << " threads, " << count << " images");
            CHECK(training_steps<Net>(threads, count) == expected);
        }
    }
}

TEST_CASE("threads: a training step that computes maps again has the same bits for any number") {
    const MoreThreads more;
    STATIC_REQUIRE(computes_again<Dropping>());
    const std::vector<float> expected = training_steps<Dropping>(1, 5);
    for (const int threads : {2, 3, 5}) CHECK(training_steps<Dropping>(threads, 5) == expected);
}

TEST_CASE("threads: predictions have the same bits, image by image together or each alone") {
    const MoreThreads more;
    const Sample<Net> sample(128, 6);
    const Model<Net> model(sample.weights);
    Workspace<Net, Inference> single(128);
    const auto outputs = model.predict(sample.images, 128, single);
    const std::vector<float> expected(outputs.begin(), outputs.end());
    for (const int threads : {1, 2, 3, 5}) {
        Workspace<Net, Inference> workspace(128, threads);
        for (const int count : {1, 7, 128, 1, 0, 4}) {
            const auto found = model.predict(
                std::span(sample.images).first(Sample<Net>::values(count, input_shape<Net>)), count, workspace);
            INFO(threads << " threads, " << count << " images");
            CHECK(std::equal(found.begin(), found.end(), expected.begin(), expected.begin() + 10 * count));
        }
    }
}

TEST_CASE("threads: several predict with one model") {
    const Sample<Net> sample(3, 7);
    const Model<Net> model(sample.weights);
    std::vector<std::vector<float>> found(4);
    {
        std::vector<std::jthread> callers;
        for (auto& mine : found)
            callers.emplace_back([&] {
                Workspace<Net, Inference> workspace(3, 2);
                for (int i = 0; i < 5; ++i) {
                    const auto outputs = model.predict(sample.images, 3, workspace);
                    mine.assign(outputs.begin(), outputs.end());
                }
            });
    }
    for (const auto& other : found) CHECK(other == found.front());
    CHECK(found.front().size() == 30);
}
