#include <algorithm>
#include <cmath>
#include <support/catch.hpp>
#include <vector>

#include <residua/data/random.hpp>

using namespace residua;
using namespace residua::detail;

TEST_CASE("random numbers are the same on every machine and compiler") {
    const Random random(1, Stream::initialisation);
    CHECK(detail::mix(detail::golden_ratio) == 0xE220A8397B1DCDAFU);  // splitmix64's first number for seed 0
    CHECK(random.bits(0) == 0xD2E8C1F84519ACA4U);
    CHECK(random.below(1000, 1) == 474);
    CHECK(random.normal(3) == 0x1.CA5652p-1F);
    CHECK(permutation(8, 1, 2) == std::vector<std::uint32_t>{5, 1, 6, 3, 2, 4, 0, 7});
}

TEST_CASE("seed, stream, sub-stream and index all matter") {
    const Random random(1, Stream::picture, 5);
    CHECK(random.bits(0) == Random(1, Stream::picture, 5).bits(0));
    CHECK(random.bits(0) != random.bits(1));
    CHECK(random.bits(0) != Random(2, Stream::picture, 5).bits(0));
    CHECK(random.bits(0) != Random(1, Stream::augmentation, 5).bits(0));
    CHECK(random.bits(0) != Random(1, Stream::picture, 6).bits(0));
    RandomSequence sequence(random);
    CHECK(sequence.bits() == random.bits(0));
    CHECK(sequence.below(77) == random.below(77, 1));
}

TEST_CASE("numbers below an end are uniform") {
    const Random random(3, Stream::picture);
    std::vector<int> counts(7);
    for (std::uint64_t i = 0; i < 70'000; ++i) ++counts[random.below(7, i)];
    double chi_square = 0;
    for (const int count : counts) chi_square += std::pow(count - 10'000, 2) / 10'000;
    CHECK(chi_square < 22.5);  // 99.9 % for 6 degrees of freedom
}

TEST_CASE("between covers its range and nothing else") {
    RandomSequence sequence(Random(4, Stream::picture));
    std::vector<int> counts(5);
    for (int i = 0; i < 1000; ++i) ++counts.at(static_cast<std::size_t>(sequence.between(-2, 2) + 2));
    CHECK(*std::min_element(counts.begin(), counts.end()) > 100);
}

TEST_CASE("normal numbers have the moments and tails of a normal distribution") {
    const Random random(5, Stream::initialisation);
    constexpr int count = 400'000;
    double sum = 0;
    double squares = 0;
    double fourths = 0;
    int beyond_one = 0;
    int beyond_three = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto x = static_cast<double>(random.normal(i));
        sum += x;
        squares += x * x;
        fourths += x * x * x * x;
        beyond_one += std::abs(x) > 1 ? 1 : 0;
        beyond_three += std::abs(x) > 3 ? 1 : 0;
    }
    CHECK(sum / count == Approx(0).margin(0.007));
    CHECK(squares / count == Approx(1).margin(0.01));
    CHECK(fourths / count == Approx(3).margin(0.07));
    CHECK(beyond_one / static_cast<double>(count) == Approx(0.3173).margin(0.003));
    CHECK(beyond_three / static_cast<double>(count) == Approx(0.0027).margin(0.0003));
}

TEST_CASE("a permutation holds every number once and differs between epochs and seeds") {
    auto order = permutation(1000, 1, 0);
    CHECK(order == permutation(1000, 1, 0));
    CHECK(order != permutation(1000, 1, 1));
    CHECK(order != permutation(1000, 2, 0));
    std::sort(order.begin(), order.end());
    for (std::uint32_t i = 0; i < 1000; ++i) REQUIRE(order[i] == i);
    CHECK(permutation(0, 1, 0).empty());
    CHECK(permutation(1, 1, 0) == std::vector<std::uint32_t>{0});
}

TEST_CASE("every place of a permutation is equally likely for an element") {
    std::vector<int> counts(5);
    for (std::uint64_t epoch = 0; epoch < 10'000; ++epoch) {
        const auto order = permutation(5, 9, epoch);
        ++counts[static_cast<std::size_t>(std::find(order.begin(), order.end(), 0U) - order.begin())];
    }
    for (const int count : counts) CHECK(std::abs(count - 2000) < 160);
}
