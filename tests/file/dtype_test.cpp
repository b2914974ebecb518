#include <cmath>
#include <cstdint>
#include <limits>
#include <support/catch.hpp>

#include <residua/file/dtype.hpp>

using namespace residua;

namespace {

/// The value of a half by the definition of the format, in arithmetic rather than bits.
double half_by_definition(std::uint32_t half) {
    const double sign = half >= 0x8000U ? -1.0 : 1.0;
    const int exponent = static_cast<int>((half / 1024U) % 32U);
    const double fraction = static_cast<double>(half % 1024U) / 1024.0;
    if (exponent == 31) {
        return fraction == 0 ? sign * std::numeric_limits<double>::infinity()
                             : std::numeric_limits<double>::quiet_NaN();
    }
    return sign * (exponent == 0 ? std::ldexp(fraction, -14) : std::ldexp(1 + fraction, exponent - 15));
}

}  // namespace

TEST_CASE("every one of the 65536 halves becomes its value") {
    int wrong = 0;
    for (std::uint32_t half = 0; half < 65536; ++half) {
        const float value = float_from_f16(static_cast<std::uint16_t>(half));
        const double expected = half_by_definition(half);
        const bool same = std::isnan(expected) ? std::isnan(value) : static_cast<double>(value) == expected;
        wrong += same && std::signbit(value) == (half >= 0x8000U) ? 0 : 1;
    }
    CHECK(wrong == 0);
}

TEST_CASE("known halves and bfloat16s") {
    CHECK(float_from_f16(0x3C00) == 1.0F);
    CHECK(float_from_f16(0xC000) == -2.0F);
    CHECK(float_from_f16(0x7BFF) == 65504.0F);
    CHECK(float_from_f16(0x0001) == 0x1p-24F);
    CHECK(std::isinf(float_from_f16(0xFC00)));
    CHECK(float_from_bf16(0x3F80) == 1.0F);
    CHECK(float_from_bf16(0xC049) == -3.140625F);
    CHECK(std::isinf(float_from_bf16(0x7F80)));
    CHECK(std::isnan(float_from_bf16(0x7FC0)));
    CHECK(float_from_bf16(0x0001) == std::ldexp(1.0F, -133));
}

TEST_CASE("names of element types") {
    for (std::size_t i = 0; i < detail::dtypes.size(); ++i) {
        const auto dtype = static_cast<Dtype>(i);
        CHECK(dtype_named(name_of(dtype)) == dtype);
    }
    CHECK(bytes_of(Dtype::BF16) == 2);
    CHECK(bytes_of(dtype_of<std::int64_t>) == 8);
    CHECK_FALSE(dtype_named("F8_E4M3"));
    CHECK_FALSE(dtype_named("f32"));
}
