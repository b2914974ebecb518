#include <array>
#include <cmath>
#include <cstdint>
#include <support/catch.hpp>
#include <vector>

#include <residua/data/colour.hpp>

using namespace residua;

namespace {

double dot(const std::array<double, 3>& a, const std::array<double, 3>& b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

void check_orthonormal(const ColourComponents& components, double margin) {
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t j = 0; j < 3; ++j)
            CHECK(dot(components.directions[i], components.directions[j]) == Approx(i == j ? 1 : 0).margin(margin));
}

}  // namespace

TEST_CASE("colour: components of a matrix give it again, the largest first") {
    const detail::Matrix3 matrix{{{0.09, 0.07, 0.06}, {0.07, 0.08, 0.065}, {0.06, 0.065, 0.1}}};
    const ColourComponents found = detail::principal_components(matrix);
    check_orthonormal(found, 1e-14);
    CHECK(found.variances[0] > found.variances[1]);
    CHECK(found.variances[1] > found.variances[2]);
    for (std::size_t r = 0; r < 3; ++r)
        for (std::size_t c = 0; c < 3; ++c) {
            double sum = 0;
            for (std::size_t i = 0; i < 3; ++i)
                sum += found.variances[i] * found.directions[i][r] * found.directions[i][c];
            CHECK(sum == Approx(matrix[r][c]).epsilon(1e-13));
        }
    const ColourComponents diagonal = detail::principal_components({{{1, 0, 0}, {0, 3, 0}, {0, 0, 2}}});
    CHECK(diagonal.variances == std::array{3.0, 2.0, 1.0});
    CHECK(diagonal.directions[0] == std::array{0.0, 1.0, 0.0});
}

TEST_CASE("colour: ImageNet's components are orthonormal as published") { check_orthonormal(imagenet_colours, 1e-3); }

TEST_CASE("colour: statistics of pixels") {
    ColourStatistics colours;
    CHECK_THROWS_AS(colours.components(), std::invalid_argument);
    // Greys of variance (51 / 255)^2, and nothing else.
    colours.add({1, 2, {0, 0, 0, 102, 102, 102}});
    colours.add({2, 1, {102, 102, 102, 0, 0, 0}});
    const ColourComponents greys = colours.components();
    CHECK(greys.variances[0] == Approx(3 * 0.04).epsilon(1e-12));
    CHECK(greys.variances[1] == Approx(0).margin(1e-15));
    for (const double share : greys.directions[0]) CHECK(std::abs(share) == Approx(1 / std::sqrt(3)).epsilon(1e-12));
}

TEST_CASE("colour: shifts are normal along each component, a function of seed, epoch and record") {
    constexpr int count = 20'000;
    std::array<double, 3> sums{};
    std::array<double, 3> squares{};
    for (std::uint64_t record = 0; record < count; ++record) {
        const auto shift = choose(imagenet_colours, 1, 0, record);
        const std::array<double, 3> wide{shift[0], shift[1], shift[2]};
        for (std::size_t i = 0; i < 3; ++i) {
            const double along = dot(wide, imagenet_colours.directions[i]);
            sums[i] += along;
            squares[i] += along * along;
        }
    }
    for (std::size_t i = 0; i < 3; ++i) {
        const double deviation = 0.1 * imagenet_colours.variances[i];
        CHECK(sums[i] / count == Approx(0).margin(0.03 * deviation));
        CHECK(std::sqrt(squares[i] / count) == Approx(deviation).epsilon(0.03));
    }
    CHECK(choose(imagenet_colours, 1, 0, 5) == choose(imagenet_colours, 1, 0, 5));
    CHECK(choose(imagenet_colours, 1, 0, 5) != choose(imagenet_colours, 1, 0, 6));
    CHECK(choose(imagenet_colours, 1, 0, 5) != choose(imagenet_colours, 1, 1, 5));
    CHECK(choose(imagenet_colours, 1, 0, 5) != choose(imagenet_colours, 2, 0, 5));
}
