#include "check_conv.hpp"
#include <residua/kernel/reference/bn.hpp>
#include <residua/kernel/reference/elementwise.hpp>
#include <residua/kernel/reference/maxout.hpp>
#include <residua/kernel/reference/pool.hpp>
#include <residua/kernel/reference/shortcut_a.hpp>
#include <residua/kernel/reference/softmax_cross_entropy.hpp>
#include <residua/kernel/simd/bias.hpp>
#include <residua/kernel/simd/blend.hpp>
#include <residua/kernel/simd/bn.hpp>
#include <residua/kernel/simd/copy.hpp>
#include <residua/kernel/simd/elementwise.hpp>
#include <residua/kernel/simd/maxout.hpp>
#include <residua/kernel/simd/pool.hpp>
#include <residua/kernel/simd/shortcut_a.hpp>
#include <residua/op/bn/run.hpp>
#include <residua/train/loss.hpp>

// NaN and infinity go through the kernels as through their slow twins, wherever they stand.

using namespace residua;
using namespace residua::detail;
using namespace residua::variables;
using namespace residua::detail;

namespace {

using Values = std::vector<double>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double bad_values[] = {std::numeric_limits<double>::quiet_NaN(), infinity, -infinity};

/// A map whose last block has one channel.
constexpr Chw shape{17, 3, 4};

int channel_of(std::size_t i, Chw of) { return static_cast<int>(static_cast<long>(i) / reference::plane(of)) % of.c; }

bool near(double found, double expected, double largest) { return std::abs(found - expected) <= 1e-4 * largest; }

/// The largest of the finite values.
double largest_of(const Values& values) {
    double largest = 1;
    for (const double value : values)
        if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
    return largest;
}

/// Whether both are NaN, the same infinity or nearly the same number.
bool alike(double found, double expected, double largest) {
    if (std::isnan(expected)) return std::isnan(found);
    return std::isinf(expected) ? found == expected : near(found, expected, largest);
}

/// The first place where values are not alike, as text; "" if there is none.
std::string unlike(std::span<const float> found, const Values& expected) {
    if (found.size() != expected.size()) return "sizes differ";
    const double largest = largest_of(expected);
    for (std::size_t i = 0; i < expected.size(); ++i)
        if (!alike(found[i], expected[i], largest))
            return std::to_string(i) + ": " + std::to_string(found[i]) + ", not " + std::to_string(expected[i]);
    return "";
}

/// The same where a value may be NaN or infinite though its slow twin's is not, if `may(i)`; not the other way round.
template <class May>
std::string lost(std::span<const float> found, const Values& expected, const May& may) {
    if (found.size() != expected.size()) return "sizes differ";
    const double largest = largest_of(expected);
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (std::isfinite(expected[i]) ? may(i) || near(found[i], expected[i], largest) : !std::isfinite(found[i]))
            continue;
        return std::to_string(i) + ": " + std::to_string(found[i]) + ", not " + std::to_string(expected[i]);
    }
    return "";
}

/// Calls `check(i)` with each bad value at each place of `values` in turn.
template <class Check>
void at_every_place(Values& values, const Check& check) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double good = values[i];
        for (const double bad : bad_values) {
            values[i] = bad;
            INFO(bad << " at " << i);
            check(i);
        }
        values[i] = good;
    }
}

const Window windows[] = {{3, 3, 2, 1}, {2, 2, 2, 0}, {2, 2, 1, 1}, {3, 3, 1, 1}, {3, 4, 1, 0}};

Chw pooled(const Window& window) { return {shape.c, window.rows(shape.h), window.columns(shape.w)}; }

void check_max_pool(const Window& window, const Values& src, const Values& grad) {
    Values expected(grad.size());
    reference::max_pool_forward(1, shape, window, src.data(), expected.data());
    TestMap from({shape}, src);
    TestMap to({pooled(window)});
    max_pool(from.view(), to.view(), window, 0, pooled(window).h);
    CHECK(unlike(to.planar(), expected) == "");

    Values expected_grad(src.size());
    reference::max_pool_backward(1, shape, window, src.data(), grad.data(), expected_grad.data());
    TestMap grad_dst({pooled(window)}, grad);
    TestMap grad_src({shape});
    max_pool_backward(from.view(), grad_dst.view(), grad_src.view(), window);
    CHECK(unlike(grad_src.planar(), expected_grad) == "");
}

}  // namespace

TEST_CASE("not finite: max pool, forwards and backwards") {
    for (const Window& window : windows) {
        Values src = float_values(shape.count(), 1);
        Values grad = float_values(pooled(window).count(), 2);
        INFO("kernel " << window.kernel_h << ", stride " << window.stride << ", padding " << window.padding);
        at_every_place(src, [&](std::size_t) { check_max_pool(window, src, grad); });
        at_every_place(grad, [&](std::size_t) { check_max_pool(window, src, grad); });
        for (const double bad : bad_values) check_max_pool(window, Values(src.size(), bad), grad);
    }
}

TEST_CASE("not finite: max pool with two bad values under a window") {
    const Window window{3, 4, 1, 0};
    Values src = float_values(shape.count(), 1);
    const Values grad = float_values(pooled(window).count(), 2);
    for (std::size_t i = 0; i < 12; ++i)
        for (std::size_t k = 0; k < i; ++k)
            for (const double first : bad_values)
                for (const double second : bad_values) {
                    const double good[] = {std::exchange(src[i], first), std::exchange(src[k], second)};
                    INFO(first << " at " << i << ", " << second << " at " << k);
                    check_max_pool(window, src, grad);
                    src[i] = good[0];
                    src[k] = good[1];
                }
}

TEST_CASE("not finite: average pool, forwards and backwards") {
    for (const Window& window : windows) {
        Values src = float_values(shape.count(), 1);
        INFO("kernel " << window.kernel_h << ", stride " << window.stride << ", padding " << window.padding);
        at_every_place(src, [&](std::size_t) {
            Values expected(static_cast<std::size_t>(pooled(window).count()));
            reference::avg_pool_forward(1, shape, window, src.data(), expected.data());
            TestMap from({shape}, src);
            TestMap to({pooled(window)});
            avg_pool(from.view(), to.view(), window, 0, block_count(shape.c));
            CHECK(unlike(to.planar(), expected) == "");
        });
        Values grad = float_values(pooled(window).count(), 2);
        at_every_place(grad, [&](std::size_t) {
            Values expected(src.size());
            reference::avg_pool_backward(1, shape, window, grad.data(), expected.data());
            TestMap from({pooled(window)}, grad);
            TestMap to({shape});
            avg_pool_backward(from.view(), to.view(), window);
            CHECK(unlike(to.planar(), expected) == "");
        });
    }
}

namespace {

template <auto expression>
void check_elementwise(const Values& src, const Values& other) {
    const Values coefficients(static_cast<std::size_t>(shape.c), 0.5);
    const Arena half = channel_values(coefficients);
    TestMap from({shape}, src);
    TestMap beside({shape}, other);
    TestMap to({shape});
    elementwise<expression, true>(from.view(), half.data(), half.data(), beside.view(), to.view(), 0, shape.h);
    Values expected;
    for (std::size_t i = 0; i < src.size(); ++i) expected.push_back(evaluate(expression, src[i], 0.5, 0.5, other[i]));
    CHECK(unlike(to.planar(), expected) == "");
}

/// Of one map, and its derivative.
template <auto... expressions>
void check_functions() {
    Values src = float_values(shape.count(), 1);
    const Values other = float_values(shape.count(), 2);
    at_every_place(src, [&](std::size_t) {
        (check_elementwise<expressions>(src, other), ...);
        (check_elementwise<derivative<0>(expressions)>(src, other), ...);
    });
}

/// Of two maps, one of which is bad, or both.
template <auto... expressions>
void check_pairs() {
    Values src = float_values(shape.count(), 1);
    Values other = float_values(shape.count(), 2);
    at_every_place(src, [&](std::size_t i) {
        (check_elementwise<expressions>(src, other), ...);
        (check_elementwise<expressions>(other, src), ...);
        for (const double bad : bad_values) {
            const double good = std::exchange(other[i], bad);
            (check_elementwise<expressions>(src, other), ...);
            other[i] = good;
        }
    });
}

}  // namespace

TEST_CASE("not finite: element-wise functions and their derivatives") {
    check_functions<relu(x0), max(x0, 0.25f), min(x0, 0.25f), min(relu(x0), 0.75f), max(x0, 0.1f * x0)>();
    check_functions<where_greater(x0, 0, x0, 0.5f * x0), where_greater(0.5f, x0, 1, x0), abs(x0), square(x0)>();
    check_functions<exp(x0), log(x0), sqrt(x0), tanh(x0), sigmoid(x0), 1 / x0>();
    check_functions<x0 * sigmoid(x0), x0 / (1 + exp(-x0)), log(1 + exp(x0)), relu(x0 * x1 + x2)>();
}

TEST_CASE("not finite: element-wise functions of two maps") {
    check_pairs<max(x0, x3), min(x0, x3), where_greater(x0, x3, x0, x3), relu(x0 * x1 + x2 + x3), x0 * x3 - x1>();
}

TEST_CASE("not finite: blends, forwards and backwards, with the sums for two normalisations") {
    static constexpr auto sum = x0 * x1 + x2 + (x3 * x4 + x5);
    Values main = float_values(shape.count(), 1);
    Values skip = float_values(shape.count(), 2);
    Values grad = float_values(shape.count(), 3);
    Values more = float_values(shape.count(), 4);
    const Values scale = float_values(shape.c, 5);
    const Values shift = float_values(shape.c, 6);
    const Values mean = float_values(shape.c, 7);
    const Arena scales = channel_values(scale);
    const Arena shifts = channel_values(shift);
    const Arena means = channel_values(mean);
    const auto channels = static_cast<std::size_t>(shape.c);
    const auto check = [&](std::size_t) {
        Values blended;
        Values gradient;
        Values sums(3 * channels);
        for (std::size_t i = 0; i < main.size(); ++i) {
            const auto c = static_cast<std::size_t>(channel_of(i, shape));
            const double before = main[i] * scale[c] + shift[c] + (skip[i] * scale[c] + shift[c]);
            blended.push_back(evaluate(relu(x0), before));
            gradient.push_back((grad[i] + more[i]) * evaluate(derivative<0>(relu(x0)), before));
            sums[c] += gradient.back();
            sums[channels + c] += gradient.back() * (main[i] - mean[c]);
            sums[2 * channels + c] += gradient.back() * (skip[i] - mean[c]);
        }
        TestMap main_map({shape}, main);
        TestMap skip_map({shape}, skip);
        const BlendTask task{main_map.view(), skip_map.view(), scales.data(),
                             shifts.data(),   scales.data(),   shifts.data()};
        TestMap framed({shape, 1});
        TestMap kept({shape});
        blend_forward<relu(sum), true, true>(task, framed.view(), kept.view());
        CHECK(unlike(framed.planar(), blended) == "");
        CHECK(unlike(kept.planar(), blended) == "");

        TestMap found({shape}, grad);
        TestMap added({shape}, more);
        Arena totals(3 * 32);
        std::ranges::fill(totals.span(), 0.0f);
        blend_backward(found.view(), found.view(),
                       BlendGradient<sum, derivative<0>(relu(x0)), true, true, true, true>{
                           task,
                           added.view().data,
                           found.view().data,
                           {totals.data(), totals.data() + 32, totals.data() + 64, means.data(), means.data()}});
        CHECK(unlike(found.planar(), gradient) == "");
        for (std::size_t part = 0; part < 3; ++part) {
            const Values expected(sums.begin() + static_cast<std::ptrdiff_t>(part * channels),
                                  sums.begin() + static_cast<std::ptrdiff_t>((part + 1) * channels));
            CHECK(unlike(totals.span().subspan(part * 32, channels), expected) == "");
        }
    };
    for (Values* values : {&main, &skip, &grad, &more}) at_every_place(*values, check);
}

TEST_CASE("not finite: the weighted sum of BN backwards, sums of a bias, copies") {
    Values grad = float_values(shape.count(), 1);
    Values src = float_values(shape.count(), 2);
    const Values a = float_values(shape.c, 3);
    const Arena factors = channel_values(a);
    const auto check = [&](std::size_t) {
        Values written;
        Values added;
        Values sums(static_cast<std::size_t>(shape.c));
        for (std::size_t i = 0; i < grad.size(); ++i) {
            const auto c = static_cast<std::size_t>(channel_of(i, shape));
            written.push_back(a[c] * grad[i] + (a[c] * src[i] + a[c]));
            added.push_back(written.back() + src[i]);
            sums[c] += grad[i];
        }
        TestMap gradient({shape, 1}, grad);
        TestMap from({shape}, src);
        TestMap fresh({shape});
        TestMap sum({shape}, src);
        bn_backward<false>(gradient.view(), from.view(), factors.data(), factors.data(), factors.data(), fresh.view());
        bn_backward<true>(gradient.view(), from.view(), factors.data(), factors.data(), factors.data(), sum.view());
        CHECK(unlike(fresh.planar(), written) == "");
        CHECK(unlike(sum.planar(), added) == "");
        copy_map<false>(gradient.view(), fresh.view());
        CHECK(unlike(fresh.planar(), grad) == "");
        Arena bias(32);
        std::ranges::fill(bias.span(), 0.0f);
        bias_backward(gradient.view(), bias.data());
        CHECK(unlike(bias.span().first(sums.size()), sums) == "");
    };
    at_every_place(grad, check);
    at_every_place(src, check);
}

TEST_CASE("not finite: shortcut A, forwards and backwards") {
    constexpr int stride = 2;
    constexpr Chw wide{33, 2, 2};
    Values src = float_values(shape.count(), 1);
    at_every_place(src, [&](std::size_t) {
        Values expected(static_cast<std::size_t>(wide.count()));
        reference::shortcut_a_forward(1, shape, wide.c, stride, src.data(), expected.data());
        TestMap from({shape}, src);
        TestMap to({wide});
        shortcut_a(from.view(), to.view(), stride);
        CHECK(unlike(to.planar(), expected) == "");
    });
    Values grad = float_values(wide.count(), 2);
    at_every_place(grad, [&](std::size_t) {
        Values expected(src.size());
        reference::shortcut_a_backward(1, shape, wide.c, stride, grad.data(), expected.data());
        TestMap from({wide}, grad);
        TestMap to({shape});
        shortcut_a_backward(from.view(), to.view(), stride);
        CHECK(unlike(to.planar(), expected) == "");
    });
}

TEST_CASE("not finite: maxout, forwards and backwards, also with two bad values in a run") {
    constexpr int pieces = 3;
    constexpr Chw runs{17, 1, 2};
    constexpr Chw all{pieces * runs.c, runs.h, runs.w};
    Values src = float_values(all.count(), 1);
    Values grad = float_values(runs.count(), 2);
    const auto check = [&](std::size_t) {
        Values expected(grad.size());
        reference::maxout_forward(1, all, pieces, src.data(), expected.data());
        TestMap from({all}, src);
        TestMap to({runs});
        maxout(from.view(), to.view(), pieces, 0, runs.h);
        CHECK(unlike(to.planar(), expected) == "");

        Values expected_grad(src.size());
        reference::maxout_backward(1, all, pieces, src.data(), grad.data(), expected_grad.data());
        TestMap grad_dst({runs}, grad);
        TestMap grad_src({all});
        maxout_backward(from.view(), grad_dst.view(), grad_src.view(), pieces);
        CHECK(unlike(grad_src.planar(), expected_grad) == "");
    };
    at_every_place(src, check);
    at_every_place(grad, check);
    for (const double bad : bad_values) {
        const double good = std::exchange(src[static_cast<std::size_t>(reference::plane(all))], bad);
        at_every_place(src, check);
        src[static_cast<std::size_t>(reference::plane(all))] = good;
    }
}

TEST_CASE("not finite: statistics of a channel are not finite, those of the others are right") {
    constexpr int images = 2;
    constexpr auto channels = static_cast<std::size_t>(shape.c);
    Values src = float_values(images * shape.count(), 1);
    at_every_place(src, [&](std::size_t place) {
        Values mean(channels);
        Values variance(channels);
        reference::bn_statistics(images, shape, src.data(), mean.data(), variance.data());
        Values pivot(32);
        Values sum(32);
        Values squares(32);
        Arena scratch(3 * 32);
        const ImageMoments moments{scratch.data(), scratch.data() + 32, scratch.data() + 64};
        for (int image = 0; image < images; ++image) {
            const auto first = src.begin() + image * shape.count();
            TestMap map({shape}, Values(first, first + shape.count()));
            map_moments(map.view(), moments);
            detail::add_moments(moments, 12, 32, image == 0, {pivot.data(), sum.data(), squares.data()});
        }
        std::vector<float> means;
        std::vector<float> variances;
        for (std::size_t c = 0; c < channels; ++c) {
            means.push_back(static_cast<float>(pivot[c] + sum[c] / 24));
            variances.push_back(static_cast<float>((squares[c] - sum[c] * sum[c] / 24) / 24));
        }
        const auto never = [](std::size_t) { return false; };
        CHECK(lost(means, mean, never) == "");
        CHECK(unlike(variances, variance) == "");
        CHECK(std::isnan(variance[static_cast<std::size_t>(channel_of(place, shape))]));
    });
}

TEST_CASE("not finite: softmax and cross-entropy refuse it, the slow twin's loss is NaN or infinite") {
    Values outputs = float_values(3 * 5, 1);
    const std::vector<Label> labels{4, 0, 2};
    at_every_place(outputs, [&](std::size_t i) {
        Values expected(outputs.size());
        const double loss = reference::softmax_cross_entropy(3, 5, outputs.data(), labels.data(), expected.data());
        const bool unlikely = outputs[i] < 0 && static_cast<Label>(i % 5) != labels[i / 5];
        CHECK(std::isfinite(loss) == unlikely);  // minus infinity of another class
        const std::vector<float> rounded(outputs.begin(), outputs.end());
        std::vector<float> gradient(outputs.size());
        CHECK_THROWS_AS(softmax_cross_entropy(rounded, labels, gradient), OutputsNotFinite);
    });
}

namespace {

/// Of the results that the weight number i belongs to.
int kernels_channel(const ConvCase& one, std::size_t i) {
    return static_cast<int>(i) / (one.src.c * one.window.taps());
}

template <ConvCase one>
void check_direct() {
    STATIC_REQUIRE(one.kernel().algorithm == Algorithm::direct);
    ConvCheck<one> conv;
    INFO("kernel " << one.window.kernel_h << ", stride " << one.window.stride << ", padding " << one.window.padding);
    at_every_place(conv.src, [&](std::size_t) {
        const ConvResults results = conv.forward();
        CHECK(unlike(results.found, results.expected) == "");
    });
    at_every_place(conv.grad, [&](std::size_t) {
        const ConvResults results = conv.backward_src();
        CHECK(unlike(results.found, results.expected) == "");
    });
    at_every_place(conv.sources, [&](std::size_t) {
        const ConvResults results = conv.backward_weight();
        CHECK(unlike(results.found, results.expected) == "");
    });
    // The zeros of the padding are multiplied, too.
    constexpr bool padded = one.window.padding > 0;
    at_every_place(conv.grads, [&](std::size_t place) {
        const ConvResults results = conv.backward_weight();
        CHECK(lost(results.found, results.expected, [&](std::size_t i) {
                  return padded && kernels_channel(one, i) == channel_of(place, one.dst());
              }) == "");
    });
    at_every_place(conv.weight, [&](std::size_t place) {
        const ConvResults results = conv.forward();
        CHECK(lost(results.found, results.expected, [&](std::size_t i) {
                  return padded && channel_of(i, one.dst()) == kernels_channel(one, place);
              }) == "");
    });
}

/// Whether a pixel of a result lies in a patch that reads the pixel `place` of the source.
bool reads(Chw src, Chw dst, int padding, int m, std::size_t i, std::size_t place) {
    const auto within = [](long position, long size) { return static_cast<int>(position % size); };
    const int x = within(static_cast<long>(i), dst.w) / m * m - padding;
    const int y = within(static_cast<long>(i) / dst.w, dst.h) / m * m - padding;
    const int from_x = within(static_cast<long>(place), src.w);
    const int from_y = within(static_cast<long>(place) / src.w, src.h);
    return from_x >= x && from_x < x + m + 2 && from_y >= y && from_y < y + m + 2;
}

template <ConvCase one>
void check_patches() {
    constexpr Algorithm algorithm = one.kernel().algorithm;
    STATIC_REQUIRE(algorithm != Algorithm::direct);
    constexpr int m = detail::patch_size(algorithm);
    ConvCheck<one> conv;
    INFO("patches of " << m << " x " << m);
    at_every_place(conv.src, [&](std::size_t place) {
        const ConvResults results = conv.forward();
        CHECK(lost(results.found, results.expected,
                   [&](std::size_t i) { return reads(one.src, one.dst(), one.window.padding, m, i, place); }) == "");
    });
    at_every_place(conv.grad, [&](std::size_t place) {
        const ConvResults results = conv.backward_src();
        CHECK(lost(results.found, results.expected, [&](std::size_t i) {
                  return reads(one.dst(), one.src, 2 - one.window.padding, m, i, place);
              }) == "");
    });
    at_every_place(conv.sources, [&](std::size_t place) {
        const ConvResults results = conv.backward_weight();
        CHECK(lost(results.found, results.expected, [&](std::size_t i) {
                  return static_cast<int>(i) / 9 % one.src.c == channel_of(place, one.src);
              }) == "");
    });
    at_every_place(conv.grads, [&](std::size_t place) {
        const ConvResults results = conv.backward_weight();
        CHECK(lost(results.found, results.expected,
                   [&](std::size_t i) { return kernels_channel(one, i) == channel_of(place, one.dst()); }) == "");
    });
    at_every_place(conv.weight, [&](std::size_t place) {
        const ConvResults results = conv.forward();
        CHECK(lost(results.found, results.expected,
                   [&](std::size_t i) { return channel_of(i, one.dst()) == kernels_channel(one, place); }) == "");
    });
}

}  // namespace

TEST_CASE("not finite: direct convolutions in all directions") {
    check_direct<ConvCase{{17, 3, 4}, 18, square(1, 1, 0)}>();
    check_direct<ConvCase{{3, 3, 5}, 17, square(3, 2, 1)}>();
    check_direct<ConvCase{{3, 4, 3}, 5, square(3, 1, 1), true}>();
}

TEST_CASE("not finite: minimal filtering spreads it over patches and kernels, and loses nothing") {
    check_patches<ConvCase{{16, 3, 5}, 2, square(3, 1, 1), false, 0, 1, Algorithm::winograd2}>();
    check_patches<ConvCase{{17, 5, 5}, 1, square(3, 1, 1), false, 0, 1, Algorithm::winograd4}>();
}
