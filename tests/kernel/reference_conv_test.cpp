#include <support/catch.hpp>
#include <support/numeric_gradient.hpp>

#include <residua/kernel/reference/conv.hpp>

using namespace residua;
using namespace residua::detail::reference;
using namespace residua::detail;
using Values = std::vector<double>;

namespace {

Values forward(const ConvShape& shape, const Values& src, const Values& weight, const Values& bias) {
    Values dst(static_cast<std::size_t>(shape.dst_count()), 99.0);
    conv_forward(shape, src.data(), weight.data(), bias.empty() ? nullptr : bias.data(), dst.data());
    return dst;
}

struct Gradients {
    Values src, weight, bias;
};

Gradients backward(const ConvShape& shape, const Values& src, const Values& weight, const Values& grad_dst) {
    Gradients grads{Values(src.size(), 99.0), Values(weight.size(), 99.0),
                    Values(static_cast<std::size_t>(shape.oc), 99.0)};
    conv_backward_src(shape, grad_dst.data(), weight.data(), grads.src.data());
    conv_backward_weight(shape, src.data(), grad_dst.data(), grads.weight.data());
    conv_backward_bias(shape, grad_dst.data(), grads.bias.data());
    return grads;
}

const Values one_to_nine{1, 2, 3, 4, 5, 6, 7, 8, 9};

}  // namespace

TEST_CASE("reference conv: 2x2 kernel by hand, forwards and backwards") {
    const ConvShape shape{1, {1, 3, 3}, 1, {2, 2, 1, 0}};
    const Values weight{1, 2, 3, 4};
    CHECK(forward(shape, one_to_nine, weight, {}) == Values{37, 47, 67, 77});
    CHECK(forward(shape, one_to_nine, weight, {10}) == Values{47, 57, 77, 87});
    const Gradients ones = backward(shape, one_to_nine, weight, {1, 1, 1, 1});
    CHECK(ones.src == Values{1, 3, 2, 4, 10, 6, 3, 7, 4});
    CHECK(ones.weight == Values{12, 16, 24, 28});
    CHECK(ones.bias == Values{4});
    const Gradients last = backward(shape, one_to_nine, weight, {0, 0, 0, 2});
    CHECK(last.src == Values{0, 0, 0, 0, 2, 4, 0, 6, 8});
    CHECK(last.weight == Values{10, 12, 16, 18});
}

TEST_CASE("reference conv: a kernel of 2 rows and 3 columns by hand") {
    CHECK(forward({1, {1, 3, 3}, 1, {2, 3, 1, 0}}, one_to_nine, {1, 2, 3, 4, 5, 6}, {}) == Values{91, 154});
}

TEST_CASE("reference conv: stride and padding by hand") {
    const Values ones(9, 1.0);
    CHECK(forward({1, {1, 3, 3}, 1, {3, 3, 2, 1}}, one_to_nine, ones, {}) == Values{12, 16, 24, 28});
    const Values centre{0, 0, 0, 0, 1, 0, 0, 0, 0};
    CHECK(forward({1, {1, 3, 3}, 1, {3, 3, 1, 1}}, one_to_nine, centre, {}) == one_to_nine);
    const Values above_left{1, 0, 0, 0, 0, 0, 0, 0, 0};
    CHECK(forward({1, {1, 3, 3}, 1, {3, 3, 1, 1}}, one_to_nine, above_left, {}) == Values{0, 0, 0, 0, 1, 2, 0, 4, 5});
}

TEST_CASE("reference conv: order of images, channels and weights") {
    const ConvShape shape{2, {2, 1, 1}, 3, {1, 1, 1, 0}};
    const Values src{3, 5, 7, 11};
    const Values weight{1, 10, 100, 1000, 2, 4};
    CHECK(forward(shape, src, weight, {0, 1, 2}) == Values{53, 5301, 28, 117, 11701, 60});
    const Gradients grads = backward(shape, src, weight, {1, 0, 0, 0, 0, 1});
    CHECK(grads.src == Values{1, 10, 2, 4});
    CHECK(grads.weight == Values{3, 5, 0, 0, 7, 11});
    CHECK(grads.bias == Values{1, 0, 1});
}

TEST_CASE("reference conv: gradients agree with differences") {
    const auto kernel_h = GENERATE(1, 2, 3, 5, 7);
    const auto kernel_w = GENERATE(1, 2, 3, 5, 7);
    const auto stride = GENERATE(1, 2, 3);
    const auto padding = GENERATE(0, 1, 3);
    const ConvShape shape{2, {2, 8, 7}, 3, {kernel_h, kernel_w, stride, padding}};
    Values src = random_values(shape.src_count(), 1);
    Values weight = random_values(shape.weight_count(), 2);
    Values bias = random_values(shape.oc, 3);
    const Values upstream = random_values(shape.dst_count(), 4);
    const auto value = [&] { return dot(forward(shape, src, weight, bias), upstream); };
    const Gradients grads = backward(shape, src, weight, upstream);
    INFO("kernel " << kernel_h << " x " << kernel_w << ", stride " << stride << ", padding " << padding);
    CHECK(gradient_error(src, grads.src, value) < 1e-9);
    CHECK(gradient_error(weight, grads.weight, value) < 1e-9);
    CHECK(gradient_error(bias, grads.bias, value) < 1e-9);
}
