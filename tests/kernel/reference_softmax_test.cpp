#include <cstdint>
#include <support/catch.hpp>
#include <support/numeric_gradient.hpp>

#include <residua/kernel/reference/softmax_cross_entropy.hpp>

using namespace residua::detail::reference;
using Values = std::vector<double>;

TEST_CASE("reference softmax cross-entropy by hand") {
    const Values logits{0, 0, std::log(3.0), 0};
    const std::vector<std::uint8_t> labels{0, 0};
    Values grad(4, 99.0);
    const double loss = softmax_cross_entropy(2, 2, logits.data(), labels.data(), grad.data());
    CHECK(loss == Approx((std::log(2.0) + std::log(4.0 / 3)) / 2).epsilon(1e-12));
    const Values expected{-0.25, 0.25, -0.125, 0.125};
    for (std::size_t i = 0; i < 4; ++i) CHECK(grad[i] == Approx(expected[i]).epsilon(1e-12));
}

TEST_CASE("reference softmax cross-entropy: large logits") {
    const std::vector<float> logits{1e4F, 0, -1e4F};
    const int label = 2;
    std::vector<float> grad(3);
    CHECK(softmax_cross_entropy(1, 3, logits.data(), &label, grad.data()) == 2e4F);
    CHECK(grad == std::vector<float>{1, 0, -1});
}

TEST_CASE("reference softmax cross-entropy: gradient agrees with differences") {
    const auto n = GENERATE(1, 3, 8);
    const auto classes = GENERATE(2, 5, 10);
    Values logits = random_values(n * classes, 1);
    for (double& logit : logits) logit *= 4;
    std::vector<int> labels;
    for (int i = 0; i < n; ++i) labels.push_back(i * 7 % classes);
    Values grad(logits.size());
    Values unused(logits.size());
    softmax_cross_entropy(n, classes, logits.data(), labels.data(), grad.data());
    const auto value = [&] { return softmax_cross_entropy(n, classes, logits.data(), labels.data(), unused.data()); };
    CHECK(gradient_error(logits, grad, value) < 1e-7);
}
