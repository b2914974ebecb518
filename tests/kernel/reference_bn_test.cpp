#include <support/catch.hpp>
#include <support/numeric_gradient.hpp>

#include <residua/kernel/reference/bn.hpp>

using namespace residua;
using namespace residua::detail::reference;
using namespace residua::detail;
using Values = std::vector<double>;

namespace {

struct Bn {
    int n;
    Chw shape;
    double epsilon;
    Values src, weight, bias;
    Values mean = Values(weight.size(), 99.0);
    Values variance = mean;

    Values forward() {
        Values dst(src.size(), 99.0);
        bn_statistics(n, shape, src.data(), mean.data(), variance.data());
        bn_forward(n, shape, epsilon, src.data(), mean.data(), variance.data(), weight.data(), bias.data(), dst.data());
        return dst;
    }
};

struct Gradients {
    Values src, weight, bias;
};

Gradients backward(const Bn& bn, const Values& grad_dst) {
    Gradients grads{Values(bn.src.size(), 99.0), Values(bn.weight.size(), 99.0), Values(bn.bias.size(), 99.0)};
    bn_backward(bn.n, bn.shape, bn.epsilon, bn.src.data(), bn.mean.data(), bn.variance.data(), bn.weight.data(),
                grad_dst.data(), grads.src.data(), grads.weight.data(), grads.bias.data());
    return grads;
}

void check_close(const Values& found, const Values& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) CHECK(found[i] == Approx(expected[i]).epsilon(1e-12).margin(1e-14));
}

/// Two images, two channels of 1x2: 1, 2, 3, 4 in the first channel, twice that and 10 more in the second.
Bn by_hand() { return {2, {2, 1, 2}, 1.0, {1, 2, 12, 14, 3, 4, 16, 18}, {3, 1}, {1, -1}}; }

}  // namespace

TEST_CASE("reference BN: training by hand") {
    Bn bn = by_hand();
    const Values dst = bn.forward();
    check_close(bn.mean, {2.5, 15});
    check_close(bn.variance, {1.25, 5});
    const double d = std::sqrt(6.0);
    check_close(dst, {-2, 0, -3 / d - 1, -1 / d - 1, 2, 4, 1 / d - 1, 3 / d - 1});

    const Gradients grads = backward(bn, {1, 0, 0, 0, 0, 0, 0, 0});
    check_close(grads.weight, {-1, 0});
    check_close(grads.bias, {1, 0});
    check_close(grads.src, {1, -2.0 / 3, 0, 0, -1.0 / 3, 0, 0, 0});
}

TEST_CASE("reference BN: running statistics take the unbiased variance") {
    Values running_mean{1, 0};
    Values running_var{1, 2};
    const Values mean{2.5, 15};
    const Values variance{1.25, 5};
    bn_update_running(2, 4, 0.1, mean.data(), variance.data(), running_mean.data(), running_var.data());
    check_close(running_mean, {1.15, 1.5});
    check_close(running_var, {1 + 0.1 * (5.0 / 3 - 1), 2 + 0.1 * (20.0 / 3 - 2)});
}

TEST_CASE("reference BN: with fixed statistics each value stands for itself") {
    const Values src{1, 5};
    const Values mean{3};
    const Values variance{3};
    const Values weight{2};
    const Values bias{10};
    Values dst(2);
    bn_forward(1, {1, 1, 2}, 1.0, src.data(), mean.data(), variance.data(), weight.data(), bias.data(), dst.data());
    check_close(dst, {8, 12});
}

TEST_CASE("reference BN: gradients agree with differences") {
    const auto n = GENERATE(1, 2, 5);
    const auto shape = GENERATE(Chw{1, 3, 3}, Chw{3, 1, 5}, Chw{4, 7, 2});
    const long count = n * shape.count();
    Bn bn{n, shape, 1e-5, random_values(count, 1), random_values(shape.c, 2), random_values(shape.c, 3)};
    const Values upstream = random_values(count, 4);
    const auto value = [&] { return dot(bn.forward(), upstream); };
    bn.forward();
    const Gradients grads = backward(bn, upstream);
    CHECK(gradient_error(bn.weight, grads.weight, value) < 1e-7);
    CHECK(gradient_error(bn.bias, grads.bias, value) < 1e-7);
    CHECK(gradient_error(bn.src, grads.src, value) < 1e-6);

    // The well-known mistake, statistics taken for constants, must not pass for right.
    Values wrong = upstream;
    for (int c = 0; c < shape.c; ++c) {
        const auto k = static_cast<std::size_t>(c);
        for_each_of_channel(n, shape, c, [&](long i) {
            wrong[static_cast<std::size_t>(i)] *= bn.weight[k] / std::sqrt(bn.variance[k] + bn.epsilon);
        });
    }
    CHECK(gradient_error(bn.src, wrong, value) > 1e-2);
}
