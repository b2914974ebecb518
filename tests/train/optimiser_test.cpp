#include <cmath>
#include <limits>
#include <support/catch.hpp>
#include <support/files.hpp>
#include <support/more_threads.hpp>
#include <support/numeric_gradient.hpp>

#include "pictures.hpp"
#include <residua/kernel/reference/softmax_cross_entropy.hpp>
#include <residua/train/initialise.hpp>
#include <residua/train/loss.hpp>
#include <residua/train/sgd.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

void fill(Arena& floats, std::uint64_t seed) {
    const std::vector<double> values = random_values(static_cast<long>(floats.size()), seed);
    std::transform(values.begin(), values.end(), floats.data(), [](double v) { return static_cast<float>(v); });
}

}  // namespace

TEST_CASE("sgd: PyTorch's formula, for sizes that no register divides") {
    const std::size_t size = GENERATE(1U, 16U, 37U, 16 * 1024U, 50'003U);
    const int threads = GENERATE(1, 3);
    const MoreThreads more;
    Arena weights(size);
    Arena gradients(size);
    Arena velocity(size);
    fill(weights, 1);
    std::vector<double> expected(weights.data(), weights.data() + size);
    std::vector<double> moved(size);
    Team team(threads, 1);
    const double rates[] = {0.1, 0.1, 0.01};
    for (std::uint64_t step = 0; step < 3; ++step) {
        fill(gradients, step + 2);
        const double rate = rates[step];
        for (std::size_t i = 0; i < size; ++i) {
            const double gradient = double{gradients.data()[i]} + 1e-4 * expected[i];
            moved[i] = 0.9 * moved[i] + gradient;
            expected[i] -= rate * moved[i];
        }
        Sgd{}.step(team, weights.span(), gradients.span(), velocity.span(), static_cast<float>(rate));
    }
    CHECK(relative_difference<float>(weights.span(), expected) < 5e-7);
    CHECK(relative_difference<float>(velocity.span(), moved) < 5e-7);
}

TEST_CASE("softmax cross-entropy: as the reference in double") {
    const std::vector<double> outputs = random_values(7 * 10, 1);
    std::vector<float> rounded(outputs.begin(), outputs.end());
    for (float& output : rounded) output *= 8;
    const std::vector<double> exact(rounded.begin(), rounded.end());
    const std::vector<Label> labels{0, 9, 3, 3, 1, 2, 8};
    std::vector<double> expected(70);
    const double loss = reference::softmax_cross_entropy(7, 10, exact.data(), labels.data(), expected.data());
    std::vector<float> gradient(70);
    const Loss found = softmax_cross_entropy(rounded, labels, gradient);
    CHECK(found.mean == Approx(loss).epsilon(1e-12));
    CHECK(found.images == 7);
    CHECK(relative_difference<float>(gradient, expected) < 1e-7);
    int wrong = 0;
    for (std::size_t i = 0; i < 7; ++i)
        wrong += std::max_element(exact.begin() + static_cast<long>(10 * i),
                                  exact.begin() + static_cast<long>(10 * i) + 10) -
                     exact.begin() - static_cast<long>(10 * i) !=
                 labels[i];
    CHECK(found.wrong == wrong);
}

TEST_CASE("softmax cross-entropy: extreme outputs") {
    const std::vector<float> outputs{1e4F, -1e4F, 0, -1e4F, 1e4F, 0, 5, 5, 5};
    const std::vector<Label> labels{0, 0, 1};
    std::vector<float> gradient(9);
    const Loss loss = softmax_cross_entropy(outputs, labels, gradient);
    CHECK(loss.mean == Approx((0 + 2e4 + std::log(3)) / 3).epsilon(1e-12));
    CHECK(loss.wrong == 2);  // of equal outputs the first one counts
    const std::vector<double> expected{0, 0, 0, -1.0 / 3, 1.0 / 3, 0, 1.0 / 9, -2.0 / 9, 1.0 / 9};
    for (std::size_t i = 0; i < 9; ++i) CHECK(double{gradient[i]} == Approx(expected[i]).epsilon(1e-7).margin(1e-8));
    const float infinity = std::numeric_limits<float>::infinity();
    const std::vector<Label> first{0};
    std::vector<float> two(2);
    const auto refusal = [&](float a, float b) {
        return text_of<OutputsNotFinite>([&] { softmax_cross_entropy(std::vector<float>{a, b}, first, two); });
    };
    const std::string found = "outputs: expected finite numbers, found others for 1 of 1 images, first for image 0: ";
    CHECK(refusal(infinity, 0) == found + "output 0 is inf");
    CHECK(refusal(0, -infinity) == found + "output 1 is -inf");
    CHECK(refusal(0, std::nanf("")) == found + "output 1 is nan");
}

TEST_CASE("best class: the first of the largest, and none where an output is no number") {
    CHECK(best_class(std::vector<float>{1, 3, 3}) == 1);
    CHECK(text_of<OutputsNotFinite>([] {
              best_class(std::vector<float>{1, std::nanf(""), 3});
          }) == "outputs of an image: expected finite numbers, found nan at place 1");
}

TEST_CASE("softmax cross-entropy: wrong sizes and labels") {
    std::vector<float> six(6);
    const std::vector<Label> labels{0, 3};
    CHECK(text_of<std::invalid_argument>([&] { softmax_cross_entropy(six, labels, six); }) ==
          "loss: label of image 1: expected below 3, got 3");
    const std::string sizes = "loss: expected as many gradients as outputs and a whole number per label, got ";
    CHECK(text_of<std::invalid_argument>([&] { softmax_cross_entropy(six, {}, six); }) ==
          sizes + "6 outputs, 6 gradients, 0 labels");
    std::vector<float> five(5);
    CHECK(text_of<std::invalid_argument>([&] { softmax_cross_entropy(six, labels, five); }) ==
          sizes + "6 outputs, 5 gradients, 2 labels");
    CHECK(text_of<std::invalid_argument>([&] { softmax_cross_entropy(five, labels, five); }) ==
          sizes + "5 outputs, 5 gradients, 2 labels");
}

TEST_CASE("initialisation: He's deviations, the same for the same seed") {
    struct Wide : Network<Input<64, 1, 1>, Conv<200, 1>, BN, ReLU, Linear<100>> {};
    const Weights<Wide> weights = he_initialised<Wide>(5);
    const auto check_normal = [](std::span<const float> values, double deviation) {
        const auto count = static_cast<double>(values.size());
        double sum = 0;
        double squares = 0;
        double far = 0;
        for (const float value : values) {
            sum += value;
            squares += double{value} * value;
            far += std::abs(value) > 2 * deviation;
        }
        CHECK(std::abs(sum / count) < 4 * deviation / std::sqrt(count));
        CHECK(std::sqrt(squares / count) == Approx(deviation).epsilon(4 / std::sqrt(2 * count)));
        CHECK(far / count == Approx(0.0455).epsilon(0.15));
    };
    check_normal(weights.span(parameter_named<Wide, "conv1.weight">), std::sqrt(2.0 / 64));
    check_normal(weights.span(parameter_named<Wide, "fc.weight">), std::sqrt(2.0 / 200));
    for (const float value : weights.span(parameter_named<Wide, "fc.bias">)) CHECK(value == 0);
    for (const float value : weights.span(parameter_named<Wide, "bn1.weight">)) CHECK(value == 1);
    for (const float value : weights.span(parameter_named<Wide, "bn1.bias">)) CHECK(value == 0);
    CHECK(std::ranges::equal(weights.all(), he_initialised<Wide>(5).all()));
    CHECK_FALSE(std::ranges::equal(weights.all(), he_initialised<Wide>(6).all()));
}
