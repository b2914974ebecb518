#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <support/catch.hpp>
#include <support/lanes.hpp>
#include <type_traits>

#include <residua/expr/derivative.hpp>
#include <residua/layer/activation.hpp>
#include <residua/simd/pack.hpp>

using namespace residua;
using namespace residua::detail;
using namespace residua::variables;

namespace {

template <class A, class B>
constexpr bool same(A, B) {
    return std::is_same_v<A, B>;
}

/// Its argument, on packs twice that.
struct OnPacksTwice {
    template <class V>
    static V apply(const V& a) {
        if constexpr (std::is_same_v<V, Pack>)
            return a + a;
        else
            return a;
    }
    template <class A>
    static constexpr Unary<OnPacksTwice, A> build(A a) {
        return {a};
    }
};

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

/// Largest differences of a slope from the expression's differences, relative where these are not small, and of what it
/// is on packs from what it is in double.
struct SlopeErrors {
    double from_differences = 0;
    double on_packs = 0;
};

/// At points away from the kinks; positive ones where the expression needs that.
template <int index, class E, class Slope>
SlopeErrors slope_errors(E expression, Slope slope, double lowest) {
    SlopeErrors worst;
    const auto relative = [](double found, double expected) {
        const double error = std::abs(found - expected) / std::max(0.1, std::abs(expected));
        return std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
    };
    for (const double a : {lowest, lowest + 0.7, lowest + 2.9, lowest + 4.3}) {
        for (const double b : {lowest + 0.2, lowest + 3.1}) {
            const std::array<double, 3> at{a, b, 1.3};
            const double got = evaluate(slope, at[0], at[1], at[2]);
            worst.from_differences = std::max(worst.from_differences, relative(got, difference<index>(expression, at)));
            const Pack on_pack =
                evaluate(slope, Pack::broadcast(static_cast<float>(at[0])), Pack::broadcast(static_cast<float>(at[1])),
                         Pack::broadcast(static_cast<float>(at[2])));
            worst.on_packs = std::max(worst.on_packs, relative(double{sum_of_lanes(on_pack)} / 16, got));
        }
    }
    return worst;
}

template <int index, class E, class Slope>
bool is_slope(E expression, Slope slope, double lowest = -2.0) {
    const SlopeErrors errors = slope_errors<index>(expression, slope, lowest);
    return errors.from_differences < 1e-8 && errors.on_packs < 1e-5;
}

template <class E>
void check(E expression, double lowest = -2.0) {
    CHECK(is_slope<0>(expression, derivative<0>(expression), lowest));
    CHECK(is_slope<1>(expression, derivative<1>(expression), lowest));
    CHECK(is_slope<2>(expression, derivative<2>(expression), lowest));
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
    CHECK(is_slope<0>(exp(-x), -exp(-x)));
    CHECK_FALSE(is_slope<0>(exp(-x), exp(-x)));
    CHECK_FALSE(is_slope<0>(exp(-x), -1.0001f * exp(-x)));
    CHECK_FALSE(is_slope<0>(square(x0) * x1, x0 * x1));
    CHECK_FALSE(is_slope<1>(square(x0) * x1, derivative<0>(square(x0) * x1)));
    CHECK_FALSE(is_slope<0>(relu(x), where_greater(Zero{}, x, One{}, Zero{})));
    CHECK_FALSE(is_slope<0>(exp(-x), log(x)));  // NaN
    // Right in double, wrong on packs.
    CHECK_FALSE(is_slope<0>(x0 * x0 * x0, 3.0f * x0 * OnPacksTwice::build(Variable<0>{})));
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
    CHECK(evaluate(derivative<0>(SiLU::expression), 0.0) == 0.5);
}
