#include <support/catch.hpp>

#include "maps.hpp"
#include <residua/kernel/reference/shortcut_a.hpp>
#include <residua/kernel/simd/shortcut_a.hpp>

using namespace residua;
using namespace residua::detail;

TEST_CASE("shortcut A: as the reference, forwards and backwards, bit for bit") {
    const Chw src = GENERATE(Chw{16, 8, 8}, Chw{1, 1, 1}, Chw{5, 7, 9}, Chw{17, 3, 4}, Chw{33, 2, 5});
    const int more = GENERATE(0, 1, 5, 16, 31);
    const int stride = GENERATE(1, 2, 3);
    const Chw dst{src.c + more, (src.h - 1) / stride + 1, (src.w - 1) / stride + 1};
    const std::vector<double> values = float_values(src.count(), 1);
    std::vector<double> expected(static_cast<std::size_t>(dst.count()));
    reference::shortcut_a_forward(1, src, dst.c, stride, values.data(), expected.data());
    TestMap from({src}, values);
    TestMap to({dst});
    shortcut_a(from.view(), to.view(), stride);
    INFO(src.c << " x " << src.h << " x " << src.w << " to " << dst.c << ", stride " << stride);
    CHECK(difference(to.planar(), expected) == 0);

    const std::vector<double> grad = float_values(dst.count(), 2);
    std::vector<double> expected_grad(values.size());
    reference::shortcut_a_backward(1, src, dst.c, stride, grad.data(), expected_grad.data());
    TestMap grad_dst({dst}, grad);
    TestMap grad_src({src});
    shortcut_a_backward(grad_dst.view(), grad_src.view(), stride);
    CHECK(difference(grad_src.planar(), expected_grad) == 0);
}
