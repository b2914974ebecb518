#include <limits>
#include <support/catch.hpp>

#include "maps.hpp"
#include <residua/kernel/reference/maxout.hpp>
#include <residua/kernel/simd/maxout.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

using Values = std::vector<double>;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

struct Case {
    Chw src;
    int pieces;

    [[nodiscard]] Chw dst() const { return {src.c / pieces, src.h, src.w}; }
};

const Case cases[] = {{{2, 1, 1}, 2},   {{16, 3, 4}, 2}, {{18, 5, 3}, 2},   {{32, 2, 2}, 2},
                      {{34, 3, 5}, 2},  {{66, 2, 3}, 2}, {{3, 4, 4}, 3},    {{48, 3, 2}, 3},
                      {{51, 2, 5}, 3},  {{20, 3, 3}, 5}, {{85, 1, 2}, 5},   {{17, 2, 3}, 1},
                      {{33, 3, 1}, 33}, {{7, 2, 2}, 7},  {{160, 2, 1}, 10}, {{170, 1, 3}, 10}};

/// Few different values, so that most runs have several largest ones.
Values tied_values(long count) {
    Values values = float_values(count, 7);
    for (double& value : values) value = std::round(value);
    return values;
}

/// NaN and infinities at every third place or so, also next to each other.
Values wild_values(long count) {
    constexpr double wild[] = {not_a_number, infinity, -infinity};
    Values values = tied_values(count);
    const Values draws = random_values(count, 8);
    for (std::size_t i = 0; i < values.size(); ++i)
        if (std::abs(draws[i]) < 0.6) values[i] = wild[static_cast<std::size_t>(std::abs(draws[i]) * 5)];
    return values;
}

/// The first place where values are not the same, as text; "" if there is none.
std::string unlike(std::span<const float> found, const Values& expected) {
    if (found.size() != expected.size()) return "sizes differ";
    for (std::size_t i = 0; i < expected.size(); ++i)
        if (std::isnan(expected[i]) ? !std::isnan(found[i]) : double{found[i]} != expected[i])
            return std::to_string(i) + ": " + std::to_string(found[i]) + ", not " + std::to_string(expected[i]);
    return "";
}

/// Whether all lanes behind the last channel are zero.
bool lanes_are_zero(const MapView<float>& map) {
    const auto [c, h, w] = map.layout.shape;
    for (int channel = c; channel < map.layout.blocks() * channel_block; ++channel)
        for (int row = 0; row < h; ++row)
            for (int column = 0; column < w; ++column)
                if (map.at(channel / channel_block, row, column)[channel % channel_block] != 0) return false;
    return true;
}

struct Runs {
    void operator()(const auto& check) const {
        for (const Case& one : cases) {
            INFO(one.src.c << " x " << one.src.h << " x " << one.src.w << ", pieces " << one.pieces);
            const long count = one.src.count();
            const auto size = static_cast<std::size_t>(count);
            for (const Values& src : {float_values(count, 1), tied_values(count), wild_values(count),
                                      Values(size, not_a_number), Values(size, -infinity)})
                check(one, src);
        }
    }
};

Values largest(const Case& one, const Values& src) {
    Values dst(static_cast<std::size_t>(one.dst().count()), 99.0);
    reference::maxout_forward(1, one.src, one.pieces, src.data(), dst.data());
    return dst;
}

Values sent_back(const Case& one, const Values& src, const Values& grad) {
    Values grad_src(static_cast<std::size_t>(one.src.count()), 99.0);
    reference::maxout_backward(1, one.src, one.pieces, src.data(), grad.data(), grad_src.data());
    return grad_src;
}

}  // namespace

TEST_CASE("maxout: as the reference, row by row, and zeros behind the last channel") {
    Runs{}([](const Case& one, const Values& src) {
        for (const int frame : {0, 1}) {
            TestMap from({one.src, frame}, src);
            TestMap to({one.dst(), frame});
            for (int row = 0; row < one.dst().h; ++row) maxout(from.view(), to.view(), one.pieces, row, row + 1);
            CHECK(unlike(to.planar(), largest(one, src)) == "");
            CHECK(lanes_are_zero(to.view()));
        }
    });
}

TEST_CASE("maxout: the gradient goes to the first of the largest values, or to the last NaN") {
    Runs{}([](const Case& one, const Values& src) {
        for (const Values& grad : {float_values(one.dst().count(), 2), wild_values(one.dst().count())}) {
            TestMap from({one.src}, src);
            TestMap grad_dst({one.dst()}, grad);
            TestMap grad_src({one.src, 1});
            maxout_backward(from.view(), grad_dst.view(), grad_src.view(), one.pieces);
            CHECK(unlike(grad_src.planar(), sent_back(one, src, grad)) == "");
            CHECK(lanes_are_zero(grad_src.view()));
        }
    });
}

TEST_CASE("reference maxout by hand") {
    const Case pairs{{4, 1, 2}, 2};
    CHECK(largest(pairs, {1, 8, 2, 7, 6, 3, 5, 4}) == Values{2, 8, 6, 4});
    CHECK(sent_back(pairs, {1, 8, 2, 7, 6, 3, 5, 4}, {1, 10, 100, 1000}) == Values{0, 10, 1, 0, 100, 0, 0, 1000});
    const Case three{{3, 1, 1}, 3};
    CHECK(sent_back(three, {7, 7, 7}, {3}) == Values{3, 0, 0});
    CHECK(sent_back(three, {-infinity, -infinity, -infinity}, {3}) == Values{3, 0, 0});
    CHECK(std::isnan(largest(three, {1, not_a_number, infinity})[0]));
    CHECK(sent_back(three, {not_a_number, not_a_number, infinity}, {3}) == Values{0, 3, 0});
}

TEST_CASE("reference maxout: gradients agree with differences") {
    const Case one{{12, 3, 2}, GENERATE(1, 2, 3, 4, 12)};
    Values src = random_values(one.src.count(), 1);
    const Values upstream = random_values(one.dst().count(), 2);
    CHECK(gradient_error(src, sent_back(one, src, upstream), [&] { return dot(largest(one, src), upstream); }) < 1e-9);
}
