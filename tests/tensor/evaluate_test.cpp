#include <algorithm>
#include <cmath>
#include <support/catch.hpp>
#include <thread>
#include <vector>

#include "fill.hpp"
#include <residua/tensor/evaluate.hpp>

using namespace residua;
using namespace residua::detail;
using test::fill;
using test::identical;

namespace {

/// Tasks backwards and on two threads.
struct Scrambled {
    template <class Body>
    void operator()(long count, const Body& body) const {
        std::thread odd([&] {
            for (long i = count - 1; i >= 0; --i) {
                if (i % 2 == 1) body(i);
            }
        });
        for (long i = 0; i < count; i += 2) body(i);
        odd.join();
    }
};

template <class T, int rows, int columns>
void check_formula() {
    CAPTURE(rows, columns);
    Tensor<T, rows, columns> a, b, c;
    Tensor<T, columns> row;
    Tensor<T, rows, 1> column;
    fill(a, 1);
    fill(b, 2);
    fill(row, 3);
    fill(column, 4);
    c = relu(a * b + row) * 2.0f - exp(column) / 3;
    constexpr double rounding = 16 * double{std::numeric_limits<T>::epsilon()};
    for (int i = 0; i < rows; ++i) {
        for (int j = 0; j < columns; ++j) {
            const double want = std::max(0.0, static_cast<double>(a(i, j)) * static_cast<double>(b(i, j)) +
                                                  static_cast<double>(row(j))) *
                                    2 -
                                std::exp(static_cast<double>(column(i, 0))) / 3;
            CHECK(static_cast<double>(c(i, j)) == Approx(want).epsilon(rounding).margin(rounding));
        }
    }
}

template <class T>
void check_sizes() {
    check_formula<T, 1, 1>();
    check_formula<T, 3, 1>();
    check_formula<T, 1, 15>();
    check_formula<T, 2, 16>();
    check_formula<T, 5, 17>();
    check_formula<T, 7, 33>();
}

}  // namespace

TEST_CASE("formulas over tensors of odd sizes, broadcast along rows and columns", "[evaluate]") {
    check_sizes<float>();
    check_sizes<double>();
}

TEST_CASE("broadcasting in four axes", "[evaluate]") {
    Tensor<float, 2, 3, 5, 7> map, result;
    Tensor<float, 3, 1, 1> scale;
    Tensor<float, 2, 1, 5, 1> shift;
    fill(map, 1);
    fill(scale, 2);
    fill(shift, 3);
    result = map * scale + shift;
    for (int n = 0; n < 2; ++n) {
        for (int c = 0; c < 3; ++c) {
            for (int h = 0; h < 5; ++h) {
                for (int w = 0; w < 7; ++w) {
                    CHECK(result(n, c, h, w) ==
                          Approx(map(n, c, h, w) * scale(c, 0, 0) + shift(n, 0, h, 0)).epsilon(1e-6).margin(1e-6));
                }
            }
        }
    }
}

TEST_CASE("every function is lifted to tensors", "[evaluate]") {
    Tensor<double, 19> a, b, c;
    fill(a, 1);
    fill(b, 2);
    const auto check = [&](auto formula, auto reference) {
        c = formula;
        for (int i = 0; i < 19; ++i) CHECK(c(i) == Approx(reference(a(i), b(i))).epsilon(1e-13).margin(1e-15));
    };
    check(log(exp(a)), [](double u, double) { return u; });
    check(sqrt(square(a)), [](double u, double) { return std::abs(u); });
    check(tanh(abs(a)), [](double u, double) { return std::tanh(std::abs(u)); });
    check(sigmoid(a), [](double u, double) { return 1 / (1 + std::exp(-u)); });
    check(max(a, b) - min(a, b), [](double u, double v) { return std::abs(u - v); });
    check(max(a, 0.25f), [](double u, double) { return std::max(u, 0.25); });
    check(where_greater(a, b, -a, 1), [](double u, double v) { return u > v ? -u : 1; });
    check(1 / (2 + square(b)) - a, [](double u, double v) { return 1 / (2 + v * v) - u; });
}

TEST_CASE("assignment broadcasts, constructs, and reads its own destination", "[evaluate]") {
    Tensor<float, 3, 17> a;
    Tensor<float, 17> row;
    fill(row, 1);
    a = row + 1.0f;
    CHECK(a(2, 16) == row(16) + 1.0f);
    assign(a, row);
    CHECK(a(1, 3) == row(3));
    a = a + a;
    CHECK(a(1, 3) == 2 * row(3));
    const Tensor<float, 3, 17> constructed(a - row);
    CHECK(constructed(2, 5) == row(5));
    Tensor<float> number;
    number() = 4.0f;
    a = sqrt(number);
    CHECK(a(0, 0) == 2.0f);
    CHECK(a(2, 16) == 2.0f);
}

TEST_CASE("nothing beyond a view is written", "[evaluate]") {
    std::vector<float> memory(21, 5.0f);
    const TensorView<float, 19> view(memory.data() + 1);
    view = view * 2.0f;
    CHECK(memory.front() == 5.0f);
    CHECK(memory.back() == 5.0f);
    CHECK(std::count(memory.begin(), memory.end(), 10.0f) == 19);
}

TEST_CASE("an executor changes no bit", "[evaluate]") {
    Tensor<float, 37, 129> a, serial, parallel;
    Tensor<float, 129> row;
    fill(a, 1);
    fill(row, 2);
    assign(serial, tanh(a * row) + exp(row));
    assign(parallel, tanh(a * row) + exp(row), Scrambled{});
    CHECK(identical(serial, parallel));

    Tensor<float, 20011> long_row, one, two;
    fill(long_row, 3);
    assign(one, exp(long_row));
    assign(two, exp(long_row), Scrambled{});
    CHECK(identical(one, two));
    CHECK(one(20010) == Approx(std::exp(long_row(20010))).epsilon(4e-7));
}

TEST_CASE("axes that behave alike are walked as one", "[evaluate]") {
    constexpr auto plain = detail::make_nest<Shape<2, 3, 4>, Shape<2, 3, 4>, Shape<2, 3, 4>, Shape<>>();
    STATIC_REQUIRE(plain.rank == 1);
    STATIC_REQUIRE(plain.innermost().extent == 24);
    static constexpr auto channels = detail::make_nest<Shape<2, 3, 4, 5>, Shape<2, 3, 4, 5>, Shape<3, 1, 1>>();
    STATIC_REQUIRE(channels.rank == 3);
    STATIC_REQUIRE(channels.innermost().extent == 20);
    STATIC_REQUIRE(channels.outer_count(true) == 6);
    STATIC_REQUIRE(detail::outer_offset<channels, 1, true>(5) == 2);
    STATIC_REQUIRE(detail::outer_offset<channels, 0, true>(5) == 100);
}
