#include <support/fused.hpp>

using namespace residua;
using namespace residua::variables;

namespace {

struct SiLU : Activation<x * sigmoid(x)> {};
using Basic = ResidualBlock<Conv3x3, BN, ReLU, Shortcut<IdentityA>>;

/// Ends with a map, so that places stay apart. Direct convolutions and minimal filtering, blocks that are not full.
struct Places : Network<Input<3, 12, 11>, Conv<16, 3>, ReLU, MaxPool<3, Stride<2>>, Conv<20, 3>, SiLU,
                        AvgPool<3, Stride<1>>, Residual<Conv<20, 1>>, ReLU, MaxPool<2, Stride<1>>, Conv<5, 3>> {};
struct Normalised
    : Network<Input<3, 8, 8>, Conv<16, 3>, BN, ReLU, MaxPool<2>, Stage<1, 24, Basic>, GlobalAvgPool, Linear<4>> {};

/// Blocks that are not full, one layer behind another, and kernels without padding, whose zeros would be multiplied.
template <int channels>
struct Chain : Network<Input<3, 5, 4>, Conv<channels, 1, Bias>, ReLU, Conv<channels + 1, 2, Padding<0>>,
                       Residual<Conv<channels + 1, 1>>, ReLU, Conv<channels, 3, Stride<2>, Padding<0>>, MaxPool<1>,
                       Conv<channels, 1>, SiLU, GlobalAvgPool, Linear<channels>, ReLU, Linear<2>> {};

/// Of lanes without a channel the function would be infinite.
struct InfiniteAtZero : Network<Input<3, 5, 4>, Conv<5, 1, Bias>, Activation<1 / (1 + x * x) + log(x* x)>,
                                Residual<Conv<5, 1>>, Activation<log(x* x)>, Conv<3, 1>> {};

constexpr int count = 3;
constexpr float bad_values[] = {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(),
                                -std::numeric_limits<float>::infinity()};

/// Whether what is not finite in the reference is not finite, and at least something is not.
void check_not_lost(std::span<const float> found, std::span<const double> expected) {
    REQUIRE(found.size() == expected.size());
    long bad = 0;
    long lost = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        bad += std::isfinite(expected[i]) ? 0 : 1;
        lost += std::isfinite(found[i]) && !std::isfinite(expected[i]) ? 1 : 0;
    }
    CHECK(bad > 0);
    CHECK(lost == 0);
}

/// The first place where values are not both NaN, the same infinity or nearly the same number, as text.
std::string unlike(std::span<const float> found, std::span<const double> expected) {
    double largest = 1;
    for (const double value : expected)
        if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const bool alike = std::isnan(expected[i])   ? std::isnan(found[i])
                           : std::isinf(expected[i]) ? found[i] == expected[i]
                                                     : std::abs(found[i] - expected[i]) <= 1e-3 * largest;
        if (!alike) return std::to_string(i) + ": " + std::to_string(found[i]) + ", not " + std::to_string(expected[i]);
    }
    return "";
}

template <class Net>
class Check {
  public:
    void inference() {
        const Model<Net> model(sample_.weights);
        Workspace<Net, Inference> workspace(count, 2);
        const auto clean = model.predict(clean_, count, workspace);
        const std::vector<float> expected(clean.begin(), clean.end());
        for_each_bad_image([&] {
            const auto found = model.predict(sample_.images, count, workspace);
            detail::ReferenceNetwork<Net, double> reference(to_doubles(sample_.weights.all()));
            check_not_lost(found, reference.forward(to_doubles(sample_.images), count, false));
            const auto size = found.size() / count;
            CHECK(std::ranges::equal(found.first(size), std::span(expected).first(size)));
            CHECK(std::ranges::equal(found.last(size), std::span(expected).last(size)));
        });
    }

    /// Clean images. Such functions are steep near zero and magnify what is rounded.
    void clean() {
        CHECK(inference_disagreement<Net>(count, 2, 1).error < 1e-3);
        CHECK(training_disagreement<Net>(count, 2, 1).results.error < 1e-2);
    }

    /// What comes out is not finite only where it is in the reference.
    void exactly() {
        const Model<Net> model(sample_.weights);
        Workspace<Net, Inference> inference(count, 2);
        Workspace<Net, Training> training(count, 2);
        for_each_bad_image([&] {
            const ReferenceStep<Net> reference(to_doubles(sample_.weights.all()), to_doubles(sample_.images),
                                               to_doubles(sample_.upstream), count);
            CHECK(unlike(model.predict(sample_.images, count, inference), reference.outputs) == "");
            CHECK(unlike(training.forward(sample_.weights, sample_.images, count), reference.outputs) == "");
            std::ranges::copy(sample_.upstream, training.output_gradient().begin());
            CHECK(unlike(training.backward(), reference.gradients.parameters) == "");
        });
    }

    void training() {
        Workspace<Net, Training> workspace(count, 2);
        const Weights<Net> weights = sample_.weights;
        for_each_bad_image([&] {
            sample_.weights = weights;
            const ReferenceStep<Net> reference(to_doubles(weights.all()), to_doubles(sample_.images),
                                               to_doubles(sample_.upstream), count);
            check_not_lost(workspace.forward(sample_.weights, sample_.images, count), reference.outputs);
            std::ranges::copy(sample_.upstream, workspace.output_gradient().begin());
            check_not_lost(workspace.backward(), reference.gradients.parameters);
        });
    }

  private:
    /// Pixels in the corner, at the border and within of the image in the middle, then all of it.
    template <class Action>
    void for_each_bad_image(const Action& action) {
        const auto size = static_cast<std::size_t>(input_shape<Net>.count());
        const auto middle = std::span(sample_.images).subspan(size, size);
        for (const float bad : bad_values) {
            for (const std::size_t pixel : {std::size_t{0}, std::size_t{5}, size / 2, size - 1}) {
                middle[pixel] = bad;
                INFO(bad << " at " << pixel);
                action();
                std::ranges::copy(clean_, sample_.images.begin());
            }
            std::ranges::fill(middle, bad);
            INFO(bad << " everywhere");
            action();
            std::ranges::copy(clean_, sample_.images.begin());
        }
    }

    Sample<Net> sample_{count, 1};
    const std::vector<float> clean_ = sample_.images;
};

}  // namespace

TEST_CASE("fused: NaN and infinity in an image are not lost, and touch no other image") {
    Check<Places>{}.inference();
    Check<Places>{}.training();
    Check<Normalised>{}.inference();
}

TEST_CASE("fused: NaN and infinity in an image are not lost in batch statistics") { Check<Normalised>{}.training(); }

TEST_CASE("fused: NaN and infinity go through layers whose channels fill no block as through the reference") {
    Check<Chain<1>>{}.exactly();
    Check<Chain<5>>{}.exactly();
    Check<Chain<14>>{}.exactly();
    Check<Chain<15>>{}.exactly();
    Check<Chain<16>>{}.exactly();
}

TEST_CASE("fused: a function that is not finite at zero makes nothing of the lanes without a channel") {
    Check<InfiniteAtZero>{}.clean();
}
