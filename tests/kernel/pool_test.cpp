#include <limits>
#include <support/catch.hpp>

#include "maps.hpp"
#include <residua/kernel/reference/pool.hpp>
#include <residua/kernel/simd/pool.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

struct Case {
    Chw src;
    Window window;

    [[nodiscard]] Chw dst() const { return {src.c, window.rows(src.h), window.columns(src.w)}; }
};

const Case cases[] = {{{16, 6, 6}, {2, 2, 2, 0}}, {{5, 7, 9}, {3, 3, 2, 1}},  {{17, 8, 5}, {3, 3, 1, 1}},
                      {{33, 1, 1}, {1, 1, 1, 0}}, {{20, 5, 7}, {5, 7, 1, 0}}, {{3, 4, 4}, {2, 2, 1, 1}},
                      {{24, 9, 9}, {4, 4, 3, 2}}, {{2, 2, 3}, {5, 5, 1, 2}},  {{16, 3, 3}, {1, 1, 2, 0}}};

/// Few different values, so that most windows have several largest ones.
std::vector<double> tied_values(long count) {
    std::vector<double> values = float_values(count, 7);
    for (double& value : values) value = std::round(value);
    return values;
}

struct Windows {
    void operator()(const auto& check) const {
        for (const Case& one : cases) {
            INFO(one.src.c << " x " << one.src.h << " x " << one.src.w << ", kernel " << one.window.kernel_h
                           << ", stride " << one.window.stride << ", padding " << one.window.padding);
            check(one);
        }
    }
};

}  // namespace

TEST_CASE("max pool: as the reference, row by row") {
    Windows{}([](const Case& one) {
        const std::vector<double> src = float_values(one.src.count(), 1);
        std::vector<double> expected(static_cast<std::size_t>(one.dst().count()));
        reference::max_pool_forward(1, one.src, one.window, src.data(), expected.data());
        TestMap from({one.src}, src);
        TestMap to({one.dst()});
        for (int row = 0; row < one.dst().h; ++row) max_pool(from.view(), to.view(), one.window, row, row + 1);
        const std::vector<float> found = to.planar();
        for (std::size_t i = 0; i < expected.size(); ++i) CHECK(double{found[i]} == expected[i]);
    });
}

TEST_CASE("max pool: the gradient goes to the first of the largest values") {
    Windows{}([](const Case& one) {
        const std::vector<double> src = tied_values(one.src.count());
        const std::vector<double> grad = float_values(one.dst().count(), 2);
        std::vector<double> expected(static_cast<std::size_t>(one.src.count()));
        reference::max_pool_backward(1, one.src, one.window, src.data(), grad.data(), expected.data());
        TestMap from({one.src}, src);
        TestMap grad_dst({one.dst()}, grad);
        TestMap grad_src({one.src});
        max_pool_backward(from.view(), grad_dst.view(), grad_src.view(), one.window);
        CHECK(difference(grad_src.planar(), expected) < 1e-6);
    });
}

TEST_CASE("avg pool: as the reference, forwards and backwards") {
    Windows{}([](const Case& one) {
        const std::vector<double> src = float_values(one.src.count(), 3);
        std::vector<double> expected(static_cast<std::size_t>(one.dst().count()));
        reference::avg_pool_forward(1, one.src, one.window, src.data(), expected.data());
        TestMap from({one.src}, src);
        TestMap to({one.dst()});
        avg_pool(from.view(), to.view(), one.window, 0, block_count(one.src.c));
        CHECK(difference(to.planar(), expected) < 1e-6);

        std::vector<double> expected_grad(src.size());
        reference::avg_pool_backward(1, one.src, one.window, expected.data(), expected_grad.data());
        TestMap grad_dst({one.dst()}, expected);
        TestMap grad_src({one.src});
        avg_pool_backward(grad_dst.view(), grad_src.view(), one.window);
        CHECK(difference(grad_src.planar(), expected_grad) < 1e-6);
    });
}
