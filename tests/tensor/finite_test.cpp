#include <limits>
#include <span>
#include <string>
#include <support/catch.hpp>
#include <utility>
#include <vector>

#include <residua/finite.hpp>

using namespace residua::detail;

namespace {

template <class T>
using Limits = std::numeric_limits<T>;

template <class T>
std::vector<T> finite_numbers() {
    return {
        T(0), T(-0.0), T(1), T(-2.5), Limits<T>::max(), Limits<T>::lowest(), Limits<T>::min(), Limits<T>::denorm_min()};
}

template <class T>
std::vector<T> other_numbers() {
    return {Limits<T>::infinity(), -Limits<T>::infinity(), Limits<T>::quiet_NaN(), -Limits<T>::quiet_NaN()};
}

}  // namespace

TEMPLATE_TEST_CASE("finite: one number that is not is found at every place", "", float, double) {
    for (const std::size_t size : {0U, 1U, 2U, 15U, 16U, 17U, 255U, 256U, 257U, 700U}) {
        INFO(size << " numbers");
        std::vector<TestType> numbers(size);
        for (std::size_t i = 0; i < size; ++i) numbers[i] = finite_numbers<TestType>()[i % 8];
        const std::span<const TestType> all(numbers);
        CHECK(all_finite(all));
        CHECK(first_not_finite(all) == size);
        bool found_all = true;
        for (std::size_t place = 0; place < size; ++place)
            for (const TestType number : other_numbers<TestType>()) {
                const TestType before = std::exchange(numbers[place], number);
                found_all = found_all && !all_finite(all) && first_not_finite(all) == place;
                numbers[place] = before;
            }
        CHECK(found_all);
    }
}

TEMPLATE_TEST_CASE("finite: single numbers, NaN, and their texts", "", float, double) {
    for (const TestType number : finite_numbers<TestType>()) {
        CHECK(is_finite(number));
        CHECK_FALSE(is_nan(number));
    }
    std::vector<std::string> texts;
    for (const TestType number : other_numbers<TestType>()) {
        CHECK_FALSE(is_finite(number));
        texts.push_back(number_text(number));
        CHECK(is_nan(number) == (texts.back() == "nan"));
    }
    CHECK(texts == std::vector<std::string>{"inf", "-inf", "nan", "nan"});
    CHECK(number_text(TestType(-0.5)) == "-0.5");
    CHECK(number_text(TestType(1e20)) == "1e+20");
}
