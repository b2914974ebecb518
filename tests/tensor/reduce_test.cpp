#include <algorithm>
#include <cmath>
#include <limits>
#include <support/catch.hpp>
#include <type_traits>
#include <utility>
#include <vector>

#include "fill.hpp"
#include <residua/tensor/reduce.hpp>

using namespace residua;
using namespace residua::detail;
using namespace residua::reductions;
using test::fill;
using test::identical;

namespace {

struct Backwards {
    template <class Body>
    void operator()(long count, const Body& body) const {
        for (long i = count - 1; i >= 0; --i) body(i);
    }
};

/// Naive sums, in double, of `a` of shape (n, c, w): index into the result is given by `where`.
template <class Result, class Source, class Where>
void check_against_loops(const Source& a, const Result& total, const Result& average, const Result& largest,
                         Where where) {
    std::vector<double> sums(Result::size, 0.0), maxima(Result::size, -std::numeric_limits<double>::infinity());
    std::vector<int> counts(Result::size, 0);
    for (int n = 0; n < Source::Extents::extents[0]; ++n) {
        for (int c = 0; c < Source::Extents::extents[1]; ++c) {
            for (int w = 0; w < Source::Extents::extents[2]; ++w) {
                const auto at = static_cast<std::size_t>(where(n, c, w));
                sums[at] += static_cast<double>(a(n, c, w));
                maxima[at] = std::max(maxima[at], static_cast<double>(a(n, c, w)));
                ++counts[at];
            }
        }
    }
    constexpr double rounding = std::numeric_limits<typename Source::Element>::epsilon();
    for (std::size_t i = 0; i < Result::size; ++i) {
        CAPTURE(i);
        const double bound = rounding * counts[i];  // of as many elements, none above 1
        CHECK(std::abs(static_cast<double>(total.elements()[i]) - sums[i]) <= bound);
        CHECK(std::abs(static_cast<double>(average.elements()[i]) - sums[i] / counts[i]) <= rounding);
        CHECK(static_cast<double>(largest.elements()[i]) == maxima[i]);
    }
}

template <class Over, class Source, class Where>
void check_axes(const Source& a, Where where) {
    check_against_loops(a, sum<Over>(a), mean<Over>(a), max<Over>(a), where);
    CHECK(identical(sum<Over>(a), sum<Over>(a, Backwards{})));
    CHECK(identical(max<Over>(a), max<Over>(a, Backwards{})));
}

template <class T, int n, int c, int w>
void check_shape() {
    CAPTURE(n, c, w);
    Tensor<T, n, c, w> a;
    fill(a, 7);
    check_axes<Axes<>>(a, [](int i, int j, int k) { return (i * c + j) * w + k; });
    check_axes<Axes<0>>(a, [](int, int j, int k) { return j * w + k; });
    check_axes<Axes<1>>(a, [](int i, int, int k) { return i * w + k; });
    check_axes<Axes<2>>(a, [](int i, int j, int) { return i * c + j; });
    check_axes<Axes<0, 1>>(a, [](int, int, int k) { return k; });
    check_axes<Axes<0, 2>>(a, [](int, int j, int) { return j; });
    check_axes<Axes<2, 1>>(a, [](int i, int, int) { return i; });
    check_axes<Axes<0, 1, 2>>(a, [](int, int, int) { return 0; });
}

}  // namespace

TEST_CASE("reductions agree with naive loops", "[reduce]") {
    check_shape<float, 1, 1, 1>();
    check_shape<float, 2, 3, 15>();
    check_shape<float, 3, 1, 16>();
    check_shape<float, 4, 5, 17>();
    check_shape<float, 1, 7, 33>();
    check_shape<float, 9, 16, 1>();
    check_shape<double, 3, 4, 5>();
}

TEST_CASE("the largest element is NaN where one is, wherever it stands", "[reduce]") {
    Tensor<float, 3, 37> a;
    fill(a, 1);
    for (int i = 0; i < 3; ++i)
        for (int j = 0; j < 37; ++j) {
            const float good = std::exchange(a(i, j), std::numeric_limits<float>::quiet_NaN());
            CAPTURE(i, j);
            const auto of_rows = max<Axes<1>>(a);
            for (int row = 0; row < 3; ++row) CHECK(std::isnan(of_rows(row)) == (row == i));
            const auto of_columns = max<Axes<0>>(a);
            for (int column = 0; column < 37; ++column) CHECK(std::isnan(of_columns(column)) == (column == j));
            CHECK(std::isnan(max<Axes<0, 1>>(a)()));
            a(i, j) = good;
        }
}

TEST_CASE("a formula is reduced without being stored", "[reduce]") {
    Tensor<float, 6, 40> a;
    Tensor<float, 40> b;
    fill(a, 1);
    fill(b, 2);
    const auto result = sum<Axes<1>>(square(a - b));
    STATIC_REQUIRE(std::is_same_v<decltype(result), const Tensor<float, 6>>);
    for (int i = 0; i < 6; ++i) {
        double want = 0;
        for (int j = 0; j < 40; ++j) want += std::pow(static_cast<double>(a(i, j) - b(j)), 2);
        CHECK(result(i) == Approx(want).epsilon(1e-6));
    }
    Tensor<float, 6> into;
    reduce<Sum, Axes<1>>(into.view(), square(a - b));
    CHECK(identical(into, result));

    Tensor<float, 6, 40> centred;
    centred = a - mean<Axes<1>>(a).reshape<6, 1>();
    CHECK(sum<Axes<0, 1>>(centred)() == Approx(0.0).margin(1e-4));
}

TEST_CASE("large reductions have the same bits from any executor", "[reduce]") {
    Tensor<float, 130, 3, 97> a;
    fill(a, 5);
    CHECK(identical(sum<Axes<0, 2>>(a), sum<Axes<0, 2>>(a, Backwards{})));
    CHECK(identical(mean<Axes<0>>(exp(a)), mean<Axes<0>>(exp(a), Backwards{})));
    CHECK(identical(sum<Axes<2>>(a), sum<Axes<2>>(a, Backwards{})));
}

TEST_CASE("axes must exist and be named once", "[reduce]") {
    STATIC_REQUIRE(detail::axes_fit<Shape<2, 3>>(Axes<1, 0>{}));
    STATIC_REQUIRE_FALSE(detail::axes_fit<Shape<2, 3>>(Axes<2>{}));
    STATIC_REQUIRE_FALSE(detail::axes_fit<Shape<2, 3>>(Axes<-1>{}));
    STATIC_REQUIRE_FALSE(detail::axes_fit<Shape<2, 3>>(Axes<0, 0>{}));
}
