#include <array>
#include <cmath>
#include <limits>
#include <support/catch.hpp>
#include <support/lanes.hpp>
#include <type_traits>

#include <residua/expr/expression.hpp>
#include <residua/expr/math.hpp>
#include <residua/layer/activation.hpp>
#include <residua/simd/pack.hpp>

using namespace residua;
using namespace residua::variables;
using namespace residua::detail;

namespace {

// An expression is a template argument, also with numbers in it, also as a bare name.
struct SiLU : Activation<x / (1.0f + exp(-x))> {};
struct Leaky : Activation<max(x, 0.01f * x)> {};
struct Same : Activation<x> {};
struct Gelu : Activation<0.5f * x*(1 + tanh(0.7978845608f * (x + 0.044715f * x * square(x))))> {};

template <auto expression, class Values>
void check_on_every_type(Values reference, float first, float last) {
    for (int step = 0; step <= 64; ++step) {
        const float value = first + (last - first) * static_cast<float>(step) / 64.0f;
        const double want = reference(static_cast<double>(value));
        CAPTURE(value);
        CHECK(evaluate(expression, static_cast<double>(value)) == Approx(want).epsilon(1e-13).margin(1e-15));
        CHECK(evaluate(expression, value) == Approx(want).epsilon(2e-6).margin(1e-6));
        alignas(alignment) std::array<float, 16> lanes;
        evaluate(expression, Pack::broadcast(value)).store(lanes.data());
        CHECK(lanes[0] == Approx(want).epsilon(2e-6).margin(1e-6));
        CHECK(lanes[15] == lanes[0]);
    }
}

template <class A, class B>
constexpr bool same(A, B) {
    return std::is_same_v<A, B>;
}

}  // namespace

TEST_CASE("expressions evaluate on floats, doubles and packs like the standard functions", "[expression]") {
    check_on_every_type<exp(x)>([](double v) { return std::exp(v); }, -8.0f, 8.0f);
    check_on_every_type<log(x)>([](double v) { return std::log(v); }, 0.01f, 9.0f);
    check_on_every_type<sqrt(x)>([](double v) { return std::sqrt(v); }, 0.0f, 9.0f);
    check_on_every_type<tanh(x)>([](double v) { return std::tanh(v); }, -4.0f, 4.0f);
    check_on_every_type<abs(x)>([](double v) { return std::abs(v); }, -4.0f, 4.0f);
    check_on_every_type<square(x)>([](double v) { return v * v; }, -4.0f, 4.0f);
    check_on_every_type<sigmoid(x)>([](double v) { return 1.0 / (1.0 + std::exp(-v)); }, -9.0f, 9.0f);
    check_on_every_type<relu(x)>([](double v) { return std::max(v, 0.0); }, -4.0f, 4.0f);
    check_on_every_type<max(x, 1.5f)>([](double v) { return std::max(v, 1.5); }, -4.0f, 4.0f);
    check_on_every_type<min(x, 1.5f)>([](double v) { return std::min(v, 1.5); }, -4.0f, 4.0f);
    check_on_every_type<-x + 2 - x / 4 * 3>([](double v) { return -v + 2 - v / 4 * 3; }, -4.0f, 4.0f);
    check_on_every_type<where_greater(x, 1, x * x, -x)>([](double v) { return v > 1 ? v * v : -v; }, -4.0f, 4.0f);
    check_on_every_type<SiLU::expression>([](double v) { return v / (1 + std::exp(-v)); }, -9.0f, 9.0f);
    check_on_every_type<Same::expression>([](double v) { return v; }, -9.0f, 9.0f);
    check_on_every_type<Leaky::expression>([](double v) { return v > 0 ? v : static_cast<double>(0.01f) * v; }, -9.0f,
                                           9.0f);
    check_on_every_type<Gelu::expression>(
        [](double v) { return 0.5 * v * (1 + std::tanh(double{0.7978845608f} * (v + double{0.044715f} * v * v * v))); },
        -4.0f, 4.0f);
}

TEST_CASE("variables are the values in order", "[expression]") {
    STATIC_REQUIRE(evaluate(x0 * x1 + x2, 2.0f, 3.0f, 4.0f) == 10.0f);
    STATIC_REQUIRE(evaluate(x1 - x0 / x3, 8.0, 3.0, 100.0, 2.0) == -1.0);
    STATIC_REQUIRE(evaluate(x7, 0, 1, 2, 3, 4, 5, 6, 7) == 7);
    STATIC_REQUIRE(variable_count<x> == 1);
    STATIC_REQUIRE(variable_count<x0 * x2> == 3);
    STATIC_REQUIRE(variable_count<where_greater(x0, 1, x1, exp(x5))> == 6);
    STATIC_REQUIRE(variable_count<Constant{3.0f}> == 0);
}

TEST_CASE("a product in a sum becomes one fma on packs", "[expression]") {
    const float a = 1.0f + std::numeric_limits<float>::epsilon();
    const Pack left = Pack::broadcast(a), right = Pack::broadcast(-a * a);
    const float once = sum_of_lanes(fma(left, left, right));
    CHECK(sum_of_lanes(evaluate(x0 * x0 + x1, left, right)) == once);
    CHECK(sum_of_lanes(evaluate(x1 + x0 * x0, left, right)) == once);
}

TEST_CASE("zeros and ones vanish from the type", "[expression]") {
    constexpr auto node = exp(x);
    STATIC_REQUIRE(same(Zero{} * node, Zero{}));
    STATIC_REQUIRE(same(node * Zero{}, Zero{}));
    STATIC_REQUIRE(same(One{} * node, node));
    STATIC_REQUIRE(same(node * One{}, node));
    STATIC_REQUIRE(same(node + Zero{}, node));
    STATIC_REQUIRE(same(Zero{} + node, node));
    STATIC_REQUIRE(same(node - Zero{}, node));
    STATIC_REQUIRE(same(Zero{} - node, -node));
    STATIC_REQUIRE(same(Zero{} / node, Zero{}));
    STATIC_REQUIRE(same(node / One{}, node));
    STATIC_REQUIRE(same(-(-node), node));
    STATIC_REQUIRE(same(where_greater(x, 0, Zero{}, Zero{}), Zero{}));
    STATIC_REQUIRE((One{} + One{}).value == 2.0f);
    STATIC_REQUIRE((One{} - Constant{3.0f}).value == -2.0f);
    STATIC_REQUIRE((Constant{2.0f} * Constant{3.0f}).value == 6.0f);
    STATIC_REQUIRE((-Constant{2.0f}).value == -2.0f);
}

TEST_CASE("substitution composes", "[expression]") {
    constexpr auto fused = substitute<0>(relu(x), x0 * x1 + x2);
    STATIC_REQUIRE(same(fused, relu(x0 * x1 + x2)));
    STATIC_REQUIRE(variable_count<fused> == 3);
    STATIC_REQUIRE(evaluate(fused, 2.0f, -3.0f, 4.0f) == 0.0f);
    STATIC_REQUIRE(evaluate(fused, 2.0f, 3.0f, 4.0f) == 10.0f);
    STATIC_REQUIRE(evaluate(substitute<1>(x0 - x1, 3), 2.0f) == -1.0f);
    STATIC_REQUIRE(same(substitute<0>(x, exp(x1)), exp(x1)));
    STATIC_REQUIRE(same(substitute<0>(x * x1, Zero{}), Zero{}));
    STATIC_REQUIRE(evaluate(substitute<0>(where_greater(x, 1, x, 5), x + 1), 1.0) == 2.0);
}

TEST_CASE("relu, max and min keep NaN on every type, on whichever side it is", "[expression]") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    const auto keep = [&](auto expression) {
        const auto on = [&](auto bad, auto good) {
            return std::isnan(evaluate(expression, bad, good)) && std::isnan(evaluate(expression, bad, bad));
        };
        CHECK(on(nan, 1.0f));
        CHECK(on(double{nan}, 1.0));
        const Pack bad = Pack::broadcast(nan);
        CHECK(std::isnan(sum_of_lanes(evaluate(expression, bad, Pack::broadcast(1.0f)))));
    };
    keep(relu(x));
    keep(max(x, 0));
    keep(min(6, x));
    keep(max(x0, x1));
    keep(max(x1, x0));
    keep(min(x0, x1));
    keep(min(x1, x0));
}
