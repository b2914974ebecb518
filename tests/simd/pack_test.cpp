#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <support/catch.hpp>

#include <residua/simd/pack.hpp>

using residua::detail::Pack;

namespace {

struct alignas(residua::detail::alignment) Lanes : std::array<float, 16> {};

Lanes ramp(float first, float step) {
    Lanes lanes;
    for (std::size_t i = 0; i < 16; ++i) lanes[i] = first + step * static_cast<float>(i);
    return lanes;
}

Lanes lanes_of(Pack pack) {
    Lanes lanes;
    pack.store(lanes.data());
    return lanes;
}

Pack pack_of(const Lanes& lanes) { return Pack::load(lanes.data()); }

/// A few units in the last place of a float.
bool close(float got, double want) {
    return std::abs(static_cast<double>(got) - want) <= 4e-7 * std::max(1e-30, std::abs(want));
}

}  // namespace

TEST_CASE("a pack loads and stores sixteen floats, aligned or not", "[pack]") {
    STATIC_REQUIRE(sizeof(Pack) == 64);
    const Lanes lanes = ramp(1.0f, 1.0f);
    CHECK(lanes_of(pack_of(lanes)) == lanes);

    std::array<float, 20> buffer{};
    Pack::load(lanes.data()).store_unaligned(buffer.data() + 3);
    CHECK(buffer[2] == 0.0f);
    CHECK(buffer[3] == 1.0f);
    CHECK(buffer[18] == 16.0f);
    CHECK(buffer[19] == 0.0f);
    CHECK(lanes_of(Pack::load_unaligned(buffer.data() + 3)) == lanes);
    CHECK(lanes_of(Pack::broadcast(2.5f)) == ramp(2.5f, 0.0f));
    CHECK(lanes_of(Pack::zero()) == ramp(0.0f, 0.0f));
}

TEST_CASE("pack arithmetic is float arithmetic lane by lane", "[pack]") {
    const Lanes a = ramp(-3.3f, 0.7f), b = ramp(5.1f, -0.31f), c = ramp(0.1f, 0.9f);
    const Pack u = pack_of(a), v = pack_of(b), w = pack_of(c);
    for (std::size_t i = 0; i < 16; ++i) {
        CAPTURE(i);
        CHECK(lanes_of(u + v)[i] == a[i] + b[i]);
        CHECK(lanes_of(u - v)[i] == a[i] - b[i]);
        CHECK(lanes_of(u * v)[i] == a[i] * b[i]);
        CHECK(lanes_of(u / v)[i] == a[i] / b[i]);
        CHECK(lanes_of(-u)[i] == -a[i]);
        CHECK(lanes_of(max(u, v))[i] == std::max(a[i], b[i]));
        CHECK(lanes_of(min(u, v))[i] == std::min(a[i], b[i]));
        CHECK(lanes_of(at_least(0.5f, u))[i] == std::max(0.5f, a[i]));
        CHECK(lanes_of(at_most(0.5f, u))[i] == std::min(0.5f, a[i]));
        CHECK(lanes_of(abs(u))[i] == std::abs(a[i]));
        CHECK(lanes_of(select(greater(u, v), v, w))[i] == (a[i] > b[i] ? b[i] : c[i]));
        CHECK(lanes_of(fma(u, v, w))[i] == Approx(a[i] * b[i] + c[i]).epsilon(1e-6).margin(1e-6));
    }
    Pack sum = u;
    sum += v;
    sum -= w;
    sum *= v;
    sum /= w;
    CHECK(lanes_of(sum) == lanes_of((u + v - w) * v / w));
}

#if defined(__FMA__)
TEST_CASE("fma rounds once", "[pack]") {
    const float a = 1.0f + std::numeric_limits<float>::epsilon();
    CHECK(lanes_of(fma(Pack::broadcast(a), Pack::broadcast(a), Pack::broadcast(-a * a))) ==
          ramp(std::fma(a, a, -a * a), 0.0f));
    CHECK(std::fma(a, a, -a * a) != 0.0f);
}
#endif

TEST_CASE("functions of packs agree with the standard library", "[pack]") {
    for (float first = -80.0f; first < 80.0f; first += 7.77f) {
        const Lanes x = ramp(first, 0.4813f), positive = ramp(std::abs(first) + 1e-3f, 0.0173f);
        for (std::size_t i = 0; i < 16; ++i) {
            CAPTURE(x[i], positive[i]);
            CHECK(close(lanes_of(exp(pack_of(x)))[i], std::exp(static_cast<double>(x[i]))));
            CHECK(close(lanes_of(tanh(pack_of(x)))[i], std::tanh(static_cast<double>(x[i]))));
            CHECK(close(lanes_of(log(pack_of(positive)))[i], std::log(static_cast<double>(positive[i]))));
            CHECK(close(lanes_of(sqrt(pack_of(positive)))[i], std::sqrt(static_cast<double>(positive[i]))));
        }
    }
}

TEST_CASE("max and min keep NaNs, on whichever side they are", "[pack]") {
    const Pack nan = Pack::broadcast(std::numeric_limits<float>::quiet_NaN());
    const Pack one = Pack::broadcast(1.0f);
    for (const Pack result : {max(nan, one), max(one, nan), max(nan, nan), at_least(1.0f, nan), min(nan, one),
                              min(one, nan), min(nan, nan), at_most(1.0f, nan)})
        for (const float lane : lanes_of(result)) CHECK(std::isnan(lane));
    CHECK(lanes_of(select(greater(nan, one), Pack::zero(), one)) == lanes_of(one));
    CHECK(lanes_of(select(greater(one, nan), Pack::zero(), one)) == lanes_of(one));
}

TEST_CASE("one NaN among sixteen lanes is found", "[pack]") {
    CHECK_FALSE(any(is_nan(pack_of(ramp(-std::numeric_limits<float>::infinity(), 0.0f)))));
    for (std::size_t i = 0; i < 16; ++i) {
        Lanes lanes = ramp(1.0f, 1.0f);
        lanes[i] = std::numeric_limits<float>::quiet_NaN();
        CHECK(any(is_nan(pack_of(lanes))));
        const Lanes found = lanes_of(select(is_nan(pack_of(lanes)), Pack::zero(), Pack::broadcast(1.0f)));
        for (std::size_t k = 0; k < 16; ++k) CHECK(found[k] == (k == i ? 0.0f : 1.0f));
    }
}

TEST_CASE("functions of infinity and of NaN are the standard library's", "[pack]") {
    const float infinity = std::numeric_limits<float>::infinity();
    const auto same = [](Pack got, float want) {
        const float lane = lanes_of(got)[3];
        return std::isnan(want) ? std::isnan(lane) : lane == want || close(lane, want);
    };
    for (const float x : {infinity, -infinity, std::nanf(""), -std::nanf(""), 0.0f, -0.0f, -2.0f, 3e38f, -3e38f}) {
        CAPTURE(x);
        const Pack pack = Pack::broadcast(x);
        CHECK(same(exp(pack), std::exp(x)));
        CHECK(same(log(pack), std::log(x)));
        CHECK(same(sqrt(pack), std::sqrt(x)));
        CHECK(same(tanh(pack), std::tanh(x)));
        CHECK(same(abs(pack), std::abs(x)));
    }
}
