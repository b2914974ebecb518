#include <support/catch.hpp>
#include <support/numeric_gradient.hpp>

#include <residua/kernel/reference/elementwise.hpp>
#include <residua/kernel/reference/shortcut_a.hpp>

using namespace residua;
using namespace residua::detail::reference;
using namespace residua::detail;
using namespace residua::variables;
using Values = std::vector<double>;

namespace {

template <auto expression>
Values forward(const Values& src) {
    Values dst(src.size(), 99.0);
    activation_forward<expression>(static_cast<long>(src.size()), src.data(), dst.data());
    return dst;
}

template <auto expression>
Values backward(const Values& src, const Values& grad_dst) {
    Values grad_src(src.size(), 99.0);
    activation_backward<expression>(static_cast<long>(src.size()), src.data(), grad_dst.data(), grad_src.data());
    return grad_src;
}

template <auto expression>
void check_gradient() {
    Values src = random_values(101, 1);
    const Values upstream = random_values(101, 2);
    const auto value = [&] { return dot(forward<expression>(src), upstream); };
    CHECK(gradient_error(src, backward<expression>(src, upstream), value) < 1e-7);
}

Values shortcut(int n, Chw shape, int oc, int stride, const Values& src) {
    Values dst(static_cast<std::size_t>(n * oc * ((shape.h - 1) / stride + 1) * ((shape.w - 1) / stride + 1)), 99.0);
    shortcut_a_forward(n, shape, oc, stride, src.data(), dst.data());
    return dst;
}

Values shortcut_backward(int n, Chw shape, int oc, int stride, const Values& grad_dst) {
    Values grad_src(static_cast<std::size_t>(n * shape.count()), 99.0);
    shortcut_a_backward(n, shape, oc, stride, grad_dst.data(), grad_src.data());
    return grad_src;
}

}  // namespace

TEST_CASE("reference activation: ReLU by hand") {
    CHECK(forward<relu(x)>({-2, 0, 3}) == Values{0, 0, 3});
    CHECK(backward<relu(x)>({-2, 0, 3}, {5, 6, 7}) == Values{0, 0, 7});
}

TEST_CASE("reference activation: gradients agree with differences") {
    check_gradient<relu(x)>();
    check_gradient<x * sigmoid(x)>();
    check_gradient<tanh(x)>();
    check_gradient<log(1 + exp(x))>();
    check_gradient<max(0.25f * x, x)>();
}

TEST_CASE("reference sums") {
    const Values left{1, 2};
    const Values right{10, 20};
    Values dst(2);
    add(2, left.data(), right.data(), dst.data());
    CHECK(dst == Values{11, 22});
    accumulate(2, left.data(), dst.data());
    CHECK(dst == Values{12, 24});
}

TEST_CASE("reference shortcut A by hand: zeros before and behind, every second pixel") {
    // Two channels of 3x3 become five of 2x2: one of zeros before, two behind.
    const Values src{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30, 40, 50, 60, 70, 80, 90};
    CHECK(shortcut(1, {2, 3, 3}, 5, 2, src) == Values{0, 0, 0, 0, 1, 3, 7, 9, 10, 30, 70, 90, 0, 0, 0, 0, 0, 0, 0, 0});
    CHECK(shortcut(2, {1, 1, 2}, 2, 1, {1, 2, 3, 4}) == Values{1, 2, 0, 0, 3, 4, 0, 0});
    CHECK(shortcut_backward(1, {1, 3, 2}, 3, 2, {1, 2, 3, 4, 5, 6}) == Values{3, 0, 0, 0, 4, 0});
}

TEST_CASE("reference shortcut A: gradients agree with differences") {
    const auto stride = GENERATE(1, 2, 3);
    const auto oc = GENERATE(2, 3, 4, 7);
    const Chw shape{2, 5, 4};
    Values src = random_values(2 * shape.count(), 1);
    const Values upstream = random_values(static_cast<long>(shortcut(2, shape, oc, stride, src).size()), 2);
    const auto value = [&] { return dot(shortcut(2, shape, oc, stride, src), upstream); };
    CHECK(gradient_error(src, shortcut_backward(2, shape, oc, stride, upstream), value) < 1e-9);
}
