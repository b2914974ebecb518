#include <support/catch.hpp>

#include "maps.hpp"
#include <residua/kernel/simd/blend.hpp>
#include <residua/kernel/simd/elementwise.hpp>

using namespace residua;
using namespace residua::detail;
using namespace residua::variables;

namespace {

constexpr Chw shape{21, 4, 5};

double sigmoid_of(double value) { return 1 / (1 + std::exp(-value)); }

/// Maps and coefficients of a blend of two normalised maps, and what comes out of it before the activation.
struct Inputs {
    std::vector<double> main = float_values(shape.count(), 1);
    std::vector<double> skip = float_values(shape.count(), 2);
    std::vector<double> scale = float_values(shape.c, 3);
    std::vector<double> shift = float_values(shape.c, 4);
    std::vector<double> skip_scale = float_values(shape.c, 5);
    std::vector<double> skip_shift = float_values(shape.c, 6);
    std::vector<double> before;

    Inputs() {
        for (std::size_t i = 0; i < main.size(); ++i) {
            const std::size_t c = i / 20;
            before.push_back(main[i] * scale[c] + shift[c] + skip[i] * skip_scale[c] + skip_shift[c]);
        }
    }
};

struct Task {
    explicit Task(const Inputs& from)
        : main({shape}, from.main),
          skip({shape}, from.skip),
          scale{channel_values(from.scale)},
          shift{channel_values(from.shift)},
          skip_scale{channel_values(from.skip_scale)},
          skip_shift{channel_values(from.skip_shift)} {}

    [[nodiscard]] BlendTask task() {
        return {main.view(), skip.view(), scale.data(), shift.data(), skip_scale.data(), skip_shift.data()};
    }

    TestMap main;
    TestMap skip;
    Arena scale;
    Arena shift;
    Arena skip_scale;
    Arena skip_shift;
};

constexpr auto sum = x0 * x1 + x2 + (x3 * x4 + x5);

}  // namespace

TEST_CASE("blend: two normalised maps and an activation, into a frame and into the map that keeps it") {
    const Inputs inputs;
    Task task(inputs);
    TestMap framed({shape, 2});
    TestMap kept({shape});
    blend_forward<sum * sigmoid(sum), true, true>(task.task(), framed.view(), kept.view());
    std::vector<double> expected;
    for (const double value : inputs.before) expected.push_back(value * sigmoid_of(value));
    CHECK(difference(framed.planar(), expected) < 1e-6);
    CHECK(kept.planar() == framed.planar());
}

TEST_CASE("blend: one map alone needs nothing else") {
    const Inputs inputs;
    TestMap main({shape}, inputs.main);
    TestMap dst({shape});
    blend_forward<relu(x0), true, false>({.main = main.view()}, dst.view(), {});
    std::vector<double> expected;
    for (const double value : inputs.main) expected.push_back(value > 0 ? value : 0);
    CHECK(difference(dst.planar(), expected) == 0);
}

TEST_CASE("blend: the way back of two parts of a gradient, with the sums for two normalisations") {
    const Inputs inputs;
    Task task(inputs);
    const std::vector<double> grad = float_values(shape.count(), 7);
    const std::vector<double> more = float_values(shape.count(), 10);
    const std::vector<double> main_mean = float_values(shape.c, 8);
    const std::vector<double> skip_mean = float_values(shape.c, 9);
    std::vector<double> expected;
    std::vector<double> sums(shape.c);
    std::vector<double> main_sums(shape.c);
    std::vector<double> skip_sums(shape.c);
    for (std::size_t i = 0; i < grad.size(); ++i) {
        const std::size_t c = i / 20;
        expected.push_back(inputs.before[i] > 0 ? grad[i] + more[i] : 0);
        sums[c] += expected.back();
        main_sums[c] += expected.back() * (inputs.main[i] - main_mean[c]);
        skip_sums[c] += expected.back() * (inputs.skip[i] - skip_mean[c]);
    }
    TestMap gradient({shape}, grad);
    const Arena means = channel_values(main_mean);
    const Arena skip_means = channel_values(skip_mean);
    Arena found(3 * 32);
    std::ranges::fill(found.span(), 0.0f);
    TestMap added({shape}, more);
    blend_backward(gradient.view(), gradient.view(),
                   BlendGradient<sum, derivative<0>(relu(x0)), true, true, true, true>{
                       task.task(),
                       added.view().data,
                       gradient.view().data,
                       {found.data(), found.data() + 32, found.data() + 64, means.data(), skip_means.data()}});
    CHECK(difference(gradient.planar(), expected) < 1e-6);
    const auto channels = static_cast<std::size_t>(shape.c);
    CHECK(difference(found.span().subspan(0, channels), sums) < 1e-6);
    CHECK(difference(found.span().subspan(32, channels), main_sums) < 1e-6);
    CHECK(difference(found.span().subspan(64, channels), skip_sums) < 1e-6);
}

TEST_CASE("elementwise: rows by rows, with and without another map") {
    const Inputs inputs;
    Task task(inputs);
    TestMap two({shape});
    TestMap one({shape, 1});
    for (int row = 0; row < shape.h; ++row) {
        elementwise<relu(x0 * x1 + x2 + x3), true>(task.main.view(), task.scale.data(), task.shift.data(),
                                                   task.skip.view(), two.view(), row, row + 1);
        elementwise<x0 * x1 + x2, true>(task.main.view(), task.scale.data(), task.shift.data(), {}, one.view(), row,
                                        row + 1);
    }
    std::vector<double> alone;
    std::vector<double> expected;
    for (std::size_t i = 0; i < inputs.main.size(); ++i) {
        alone.push_back(inputs.main[i] * inputs.scale[i / 20] + inputs.shift[i / 20]);
        expected.push_back(std::max(alone.back() + inputs.skip[i], 0.0));
    }
    CHECK(difference(two.planar(), expected) < 1e-6);
    CHECK(difference(one.planar(), alone) < 1e-6);
}
