#include <support/catch.hpp>

#include "maps.hpp"
#include <residua/kernel/reference/bn.hpp>
#include <residua/kernel/simd/bias.hpp>
#include <residua/kernel/simd/bn.hpp>
#include <residua/kernel/simd/copy.hpp>
#include <residua/op/bn/run.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

constexpr Chw shape{21, 5, 7};
constexpr int channels = 32;

}  // namespace

TEST_CASE("bn: moments of values with a large mean and a small deviation") {
    constexpr int images = 3;
    std::vector<double> values = float_values(images * shape.count(), 1);
    for (double& value : values) value = static_cast<double>(static_cast<float>(1000.0 + 0.01 * value));
    std::vector<double> mean(shape.c);
    std::vector<double> variance(shape.c);
    reference::bn_statistics(images, shape, values.data(), mean.data(), variance.data());

    std::vector<double> pivot(channels);
    std::vector<double> sum(channels);
    std::vector<double> squares(channels);
    Arena scratch(3 * channels);
    const ImageMoments moments{scratch.data(), scratch.data() + channels, scratch.data() + 2 * channels};
    for (int image = 0; image < images; ++image) {
        const auto first = values.begin() + image * shape.count();
        TestMap map({shape}, std::vector<double>(first, first + shape.count()));
        map_moments(map.view(), moments);
        detail::add_moments(moments, 5.0 * 7.0, channels, image == 0, {pivot.data(), sum.data(), squares.data()});
    }
    for (std::size_t c = 0; c < static_cast<std::size_t>(shape.c); ++c) {
        const double count = images * 5.0 * 7.0;
        CHECK(pivot[c] + sum[c] / count == Approx(mean[c]).epsilon(1e-9));
        CHECK((squares[c] - sum[c] * sum[c] / count) / count == Approx(variance[c]).epsilon(1e-5));
    }
}

TEST_CASE("bn: moments merged part by part are those of the whole") {
    const std::vector<double> values = random_values(50, 9);
    double mean = 0;
    for (const double value : values) mean += value / 50;
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    detail::Moments moments;
    for (const auto& [first, last] : {std::pair{0, 1}, std::pair{1, 20}, std::pair{20, 50}}) {
        double part = 0;
        for (int i = first; i < last; ++i) part += values[static_cast<std::size_t>(i)] / (last - first);
        double around = 0;
        for (int i = first; i < last; ++i) around += std::pow(values[static_cast<std::size_t>(i)] - part, 2);
        moments.merge(last - first, part, around);
    }
    CHECK(moments.count == 50);
    CHECK(moments.mean == Approx(mean).epsilon(1e-13));
    CHECK(moments.squares == Approx(squares).epsilon(1e-13));
}

TEST_CASE("bn: the weighted sum backwards, written and added") {
    const std::vector<double> grad = float_values(shape.count(), 1);
    const std::vector<double> src = float_values(shape.count(), 2);
    const std::vector<double> before = float_values(shape.count(), 3);
    const std::vector<double> a = float_values(shape.c, 4);
    const std::vector<double> b = float_values(shape.c, 5);
    const std::vector<double> c = float_values(shape.c, 6);
    std::vector<double> written;
    std::vector<double> added;
    for (std::size_t i = 0; i < grad.size(); ++i) {
        const std::size_t channel = i / 35;
        written.push_back(a[channel] * grad[i] + b[channel] * src[i] + c[channel]);
        added.push_back(before[i] + written.back());
    }
    TestMap grad_dst({shape, 2}, grad);
    TestMap from({shape}, src);
    TestMap fresh({shape, 1});
    TestMap sum({shape}, before);
    const Arena x = channel_values(a);
    const Arena y = channel_values(b);
    const Arena z = channel_values(c);
    bn_backward<false>(grad_dst.view(), from.view(), x.data(), y.data(), z.data(), fresh.view());
    bn_backward<true>(grad_dst.view(), from.view(), x.data(), y.data(), z.data(), sum.view());
    CHECK(difference(fresh.planar(), written) < 1e-6);
    CHECK(difference(sum.planar(), added) < 1e-6);
}

TEST_CASE("bias: sums over pixels are added to what is there") {
    const std::vector<double> grad = float_values(shape.count(), 1);
    const std::vector<double> before = float_values(shape.c, 2);
    std::vector<double> expected = before;
    for (std::size_t i = 0; i < grad.size(); ++i) expected[i / 35] += grad[i];
    TestMap grad_dst({shape, 1}, grad);
    const Arena start = channel_values(before);
    Arena sums(channels);
    std::ranges::copy(start.span(), sums.data());
    bias_backward(grad_dst.view(), sums.data());
    CHECK(difference(sums.span().first(shape.c), expected) < 1e-6);
}

TEST_CASE("copy: between maps with different frames, written and added") {
    const std::vector<double> values = float_values(shape.count(), 1);
    const std::vector<double> before = float_values(shape.count(), 2);
    TestMap src({shape, 2}, values);
    TestMap fresh({shape});
    TestMap sum({shape, 1}, before);
    copy_map<false>(src.view(), fresh.view());
    copy_map<true>(src.view(), sum.view());
    std::vector<double> added = values;
    for (std::size_t i = 0; i < added.size(); ++i) added[i] += before[i];
    CHECK(difference(fresh.planar(), values) == 0);
    CHECK(difference(sum.planar(), added) < 1e-6);
}
