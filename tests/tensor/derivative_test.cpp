#include <array>
#include <cmath>
#include <support/catch.hpp>
#include <type_traits>

#include "lanes.hpp"
#include <residua/layer/activation.hpp>
#include <residua/tensor/derivative.hpp>
#include <residua/tensor/pack.hpp>

using namespace residua;

namespace {

template <class A, class B>
constexpr bool same(A, B) {
    return std::is_same_v<A, B>;
}

/// Fourth-order central difference in double along variable `index`.
template <int index, class E>
double difference(E expression, std::array<double, 3> at) {
    const double h = 1e-3;
    const auto f = [&](double shift) {
        auto moved = at;
        moved[index] += shift;
        return evaluate(expression, moved[0], moved[1], moved[2]);
    };
    return (8 * (f(h) - f(-h)) - (f(2 * h) - f(-2 * h))) / (12 * h);
}

template <int index, class E>
void check_along(E expression, std::array<double, 3> at) {
    CAPTURE(index, at[0], at[1], at[2]);
    const double got = evaluate(derivative<index>(expression), at[0], at[1], at[2]);
    CHECK(got == Approx(difference<index>(expression, at)).epsilon(1e-8).margin(1e-9));

    const Pack on_pack =
        evaluate(derivative<index>(expression), Pack::broadcast(static_cast<float>(at[0])),
                 Pack::broadcast(static_cast<float>(at[1])), Pack::broadcast(static_cast<float>(at[2])));
    CHECK(sum_of_lanes(on_pack) / 16.0f == Approx(got).epsilon(1e-5).margin(1e-5));
}

/// Points away from the kinks; positive ones where the expression needs that.
template <class E>
void check(E expression, double lowest = -2.0) {
    for (const double a : {lowest, lowest + 0.7, lowest + 2.9, lowest + 4.3}) {
        for (const double b : {lowest + 0.2, lowest + 3.1}) {
            const std::array<double, 3> at{a, b, 1.3};
            check_along<0>(expression, at);
            check_along<1>(expression, at);
            check_along<2>(expression, at);
        }
    }
}

constexpr auto silu = x / (1.0f + exp(-x));
constexpr auto gelu = 0.5f * x * (1 + tanh(0.7978845608f * (x + 0.044715f * x * square(x))));

}  // namespace

TEST_CASE("derivatives agree with central differences", "[derivative]") {
    check(x0 + x1);
    check(x0 - x1);
    check(x0 * x1 * x0);
    check(x0 / (square(x1) + 1));
    check(1 / (square(x1) + 1));
    check(-x0 * 3);
    check(exp(x0 * x1));
    check(log(x0 * x1), 0.4);
    check(sqrt(x0 + x1), 0.4);
    check(tanh(x0 - x1));
    check(abs(x0 * x1));
    check(square(x0 - 2 * x1));
    check(sigmoid(x0 + x1));
    check(relu(x0));
    check(relu(x0 * x1 + x2));
    check(max(x0, x1));
    check(min(x0, x1));
    check(max(x0, 0.5f));
    check(min(0.5f, x0));
    check(where_greater(x0, x1, x0 * x0, x1 * x0));
    check(silu);
    check(x * sigmoid(x));
    check(gelu);
    check(substitute<0>(silu, x0 * x1 + x2));
}

TEST_CASE("a broken derivative would be seen", "[derivative]") {
    const std::array<double, 3> at{0.7, 0.2, 0.0};
    const double wrong = evaluate(exp(-x), at[0]);
    CHECK(wrong != Approx(difference<0>(exp(-x), at)).epsilon(1e-8));
}

TEST_CASE("kinks follow PyTorch", "[derivative]") {
    constexpr auto slope = derivative<0>(relu(x));
    STATIC_REQUIRE(evaluate(slope, -1.0f) == 0.0f);
    STATIC_REQUIRE(evaluate(slope, 0.0f) == 0.0f);
    STATIC_REQUIRE(evaluate(slope, 1e-30f) == 1.0f);
    STATIC_REQUIRE(evaluate(derivative<0>(max(x, 0)), 0.0f) == 0.0f);
    STATIC_REQUIRE(evaluate(derivative<0>(max(0, x)), 0.0f) == 0.0f);
    STATIC_REQUIRE(evaluate(derivative<0>(min(x, 6)), 6.0f) == 0.0f);
    STATIC_REQUIRE(evaluate(derivative<0>(min(relu(x), 6)), 3.0f) == 1.0f);
    STATIC_REQUIRE(evaluate(derivative<0>(abs(x)), 0.0f) == 0.0f);
    STATIC_REQUIRE(evaluate(derivative<0>(abs(x)), -2.0f) == -1.0f);
    CHECK(sum_of_lanes(evaluate(slope, Pack::zero())) == 0.0f);
    CHECK(sum_of_lanes(evaluate(slope, Pack::broadcast(2.0f))) == 16.0f);
}

TEST_CASE("derivatives are simplified at compile time", "[derivative]") {
    STATIC_REQUIRE(same(derivative<0>(relu(x)), where_greater(Variable<0>{}, Zero{}, One{}, Zero{})));
    STATIC_REQUIRE(same(derivative<0>(x), One{}));
    STATIC_REQUIRE(same(derivative<1>(x), Zero{}));
    STATIC_REQUIRE(same(derivative<0>(Constant{3.0f}), Zero{}));
    STATIC_REQUIRE(same(derivative<0>(x0 * x1 + x2), Variable<1>{}));
    STATIC_REQUIRE(same(derivative<2>(x0 * x1 + x2), One{}));
    STATIC_REQUIRE(same(derivative<3>(exp(x0) / x1), Zero{}));
    STATIC_REQUIRE(same(derivative<0>(x0 / x1), One{} / x1));
    STATIC_REQUIRE(same(derivative<0>(exp(x)), exp(x)));
    STATIC_REQUIRE(same(derivative<1>(max(x0, exp(x0))), Zero{}));
    STATIC_REQUIRE(same(derivative<0>(derivative<0>(relu(x))), Zero{}));
}

TEST_CASE("an activation's slope is taken from its expression", "[derivative]") {
    struct SiLU : Activation<x * sigmoid(x)> {};
    STATIC_REQUIRE(same(derivative<0>(ReLU::expression), derivative<0>(relu(x))));
    CHECK(evaluate(derivative<0>(SiLU::expression), 0.0) == Approx(0.5));
}
