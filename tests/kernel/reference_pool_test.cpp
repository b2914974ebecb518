#include <limits>
#include <support/catch.hpp>
#include <support/numeric_gradient.hpp>

#include <residua/kernel/reference/pool.hpp>

using namespace residua;
using namespace residua::detail::reference;
using namespace residua::detail;
using Values = std::vector<double>;

namespace {

struct Pool {
    int n;
    Chw shape;
    Window window;

    Values dst() const {
        const Chw out{shape.c, window.rows(shape.h), window.columns(shape.w)};
        return Values(static_cast<std::size_t>(n * out.count()), 99.0);
    }
    Values largest(const Values& src) const {
        Values result = dst();
        max_pool_forward(n, shape, window, src.data(), result.data());
        return result;
    }
    Values largest_backward(const Values& src, const Values& grad_dst) const {
        Values result(src.size(), 99.0);
        max_pool_backward(n, shape, window, src.data(), grad_dst.data(), result.data());
        return result;
    }
    Values mean(const Values& src) const {
        Values result = dst();
        avg_pool_forward(n, shape, window, src.data(), result.data());
        return result;
    }
    Values mean_backward(const Values& grad_dst) const {
        Values result(static_cast<std::size_t>(n * shape.count()), 99.0);
        avg_pool_backward(n, shape, window, grad_dst.data(), result.data());
        return result;
    }
};

}  // namespace

TEST_CASE("reference max-pooling by hand: padding never wins, windows overlap") {
    const Pool pool{1, {1, 3, 3}, {3, 3, 2, 1}};
    const Values src{-1, -2, -3, -4, -5, -6, -7, -8, -9};
    CHECK(pool.largest(src) == Values{-1, -2, -4, -5});
    CHECK(pool.largest_backward(src, {1, 10, 100, 1000}) == Values{1, 10, 0, 100, 1000, 0, 0, 0, 0});
    const Values same(9, 7.0);
    CHECK(pool.largest_backward(same, {1, 10, 100, 1000}) == Values{1, 10, 0, 100, 1000, 0, 0, 0, 0});
}

TEST_CASE("reference max-pooling: NaN and padding alone") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    const Pool pair{1, {1, 1, 2}, {1, 2, 1, 0}};
    CHECK(std::isnan(pair.largest({nan, 1})[0]));
    CHECK(std::isnan(pair.largest({1, nan})[0]));
    CHECK(pair.largest_backward({-infinity, -infinity}, {3}) == Values{3, 0});
    const Pool wide{1, {1, 1, 1}, {1, 1, 1, 1}};
    CHECK(wide.largest({5}) ==
          Values{-infinity, -infinity, -infinity, -infinity, 5, -infinity, -infinity, -infinity, -infinity});
    CHECK(wide.largest_backward({5}, {1, 2, 3, 4, 5, 6, 7, 8, 9}) == Values{5});
}

TEST_CASE("reference average pooling by hand: padding counts") {
    const Pool pool{1, {1, 2, 2}, {2, 2, 2, 1}};
    CHECK(pool.mean({4, 8, 12, 16}) == Values{1, 2, 3, 4});
    CHECK(pool.mean_backward({4, 8, 12, 16}) == Values{1, 2, 3, 4});
    const Pool global{2, {2, 2, 3}, {2, 3, 1, 0}};
    Values src(24);
    std::iota(src.begin(), src.end(), 0.0);
    CHECK(global.mean(src) == Values{2.5, 8.5, 14.5, 20.5});
    CHECK(global.mean_backward({6, 12, 18, 24})[23] == 4.0);
}

TEST_CASE("reference pooling: gradients agree with differences") {
    const auto kernel_h = GENERATE(1, 2, 3, 5);
    const auto kernel_w = GENERATE(1, 2, 3);
    const auto stride = GENERATE(1, 2, 3);
    const auto padding = GENERATE(0, 1, 2);
    const Pool pool{2, {3, 7, 6}, {kernel_h, kernel_w, stride, padding}};
    Values src = random_values(2 * pool.shape.count(), 1);
    const Values upstream = random_values(static_cast<long>(pool.dst().size()), 2);
    // A window of padding alone has the value minus infinity, whatever the gradient.
    const auto finite = [](Values values) {
        for (double& value : values) value = std::isinf(value) ? 0.0 : value;
        return values;
    };
    CHECK(gradient_error(src, pool.largest_backward(src, upstream),
                         [&] { return dot(finite(pool.largest(src)), upstream); }) < 1e-9);
    CHECK(gradient_error(src, pool.mean_backward(upstream), [&] { return dot(pool.mean(src), upstream); }) < 1e-9);
}
