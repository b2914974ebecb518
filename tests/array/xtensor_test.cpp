#include <array>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <support/catch.hpp>
#include <support/xtensor.hpp>
#include <type_traits>
#include <utility>
#include <vector>

#include <residua/array/xtensor.hpp>

namespace {

thread_local long allocations = 0;

}  // namespace

// Out of line, because GCC 12 takes the inlined malloc and free for a mismatch. The nothrow form too, because the
// address sanitizer would bring its own.
__attribute__((noinline)) void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(bytes);
}
__attribute__((noinline)) void* operator new(std::size_t bytes) {
    if (void* const memory = operator new(bytes, std::nothrow)) return memory;
    throw std::bad_alloc();
}
__attribute__((noinline)) void operator delete(void* memory) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using residua::as_xtensor;
using residua::copy_from;
using residua::Tensor;

template <class Call>
std::string error_of(Call call) {
    try {
        call();
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "no error";
}

constexpr std::array<std::size_t, 3> shape{2, 3, 4};

/// The copy of a (2, 3, 4) expression is 0, 1, ... 23.
template <class E>
void check_counts(const xt::xexpression<E>& source) {
    std::array<float, 24> dst{};
    CHECK(copy_from(source, dst, shape, "counts") == 2);
    for (std::size_t i = 0; i < 24; ++i) CHECK(dst[i] == static_cast<float>(i));
}

}  // namespace

TEST_CASE("any xtensor expression can be copied from", "[xtensor]") {
    const xt::xtensor<float, 3> floats = xt::arange<float>(24).reshape({2, 3, 4});
    const xt::xarray<double> doubles = floats;
    const xt::xtensor<std::uint8_t, 3> bytes = xt::cast<std::uint8_t>(floats);
    const xt::xtensor<float, 3, xt::layout_type::column_major> columns = floats;
    const xt::xarray<int, xt::layout_type::dynamic> dynamic = xt::cast<int>(floats);
    xt::xtensor<float, 4> wide = xt::zeros<float>({2, 5, 4, 2});
    xt::view(wide, xt::all(), xt::range(1, 4), xt::all(), 1) = floats;
    xt::xtensor<float, 3> longer = xt::zeros<float>({5, 3, 4});
    xt::view(longer, xt::range(2, 4)) = floats;

    check_counts(floats);
    check_counts(doubles);
    check_counts(bytes);
    check_counts(columns);
    check_counts(dynamic);
    check_counts(xt::view(wide, xt::all(), xt::range(1, 4), xt::all(), 1));
    check_counts(xt::view(longer, xt::range(2, 4)));
    check_counts(floats * 0.5 + doubles * 0.5);
    check_counts(xt::transpose(xt::eval(xt::transpose(floats))));
    check_counts(xt::reshape_view(xt::arange<int>(24), {2, 3, 4}));
    check_counts(xt::broadcast(xt::xscalar<float>(0.0f), {2, 3, 4}) + floats);
}

TEST_CASE("the first extent may be open", "[xtensor]") {
    std::vector<float> dst(5 * 6, -1.0f);
    const std::array<std::size_t, 3> expected{0, 2, 3};
    CHECK(copy_from(xt::ones<float>({4, 2, 3}), dst, expected, "images") == 4);
    CHECK(dst[23] == 1.0f);
    CHECK(dst[24] == -1.0f);
    CHECK(copy_from(xt::ones<float>({5, 2, 3}), dst, expected, "images") == 5);
    CHECK(copy_from(xt::ones<float>({0, 2, 3}), dst, expected, "images") == 0);
}

TEST_CASE("a wrong shape is named together with the expected one", "[xtensor]") {
    std::vector<float> dst(128 * 3 * 32 * 32, 7.0f);
    const std::array<std::size_t, 4> expected{0, 3, 32, 32};
    CHECK(error_of([&] {
              copy_from(xt::ones<float>({2, 3, 30, 32}), dst, expected, "images");
          }) == "images: expected shape (N, 3, 32, 32) with N <= 128, got (2, 3, 30, 32)");
    CHECK(error_of([&] {
              copy_from(xt::ones<float>({129, 3, 32, 32}), dst, expected, "images");
          }) == "images: expected shape (N, 3, 32, 32) with N <= 128, got (129, 3, 32, 32)");
    CHECK(error_of([&] {
              copy_from(xt::ones<float>({3, 32, 32}), dst, expected, "images");
          }) == "images: expected shape (N, 3, 32, 32) with N <= 128, got (3, 32, 32)");
    CHECK(error_of([&] { copy_from(xt::xarray<double>(1.0), dst, expected, "images"); }) ==
          "images: expected shape (N, 3, 32, 32) with N <= 128, got ()");
    CHECK(error_of([&] { copy_from(xt::ones<float>({10}), dst, std::array<std::size_t, 1>{11}, "labels"); }) ==
          "labels: expected shape (11), got (10)");
    CHECK(error_of([&] {
              copy_from(xt::ones<float>({10}), std::span<float>(dst).first(9), std::array<std::size_t, 1>{10}, "bias");
          }) == "bias: expected room for 10 elements, got 9");
    CHECK(dst == std::vector<float>(dst.size(), 7.0f));
}

TEST_CASE("copying in allocates nothing", "[xtensor]") {
    std::vector<float> dst(2 * 3 * 4 * 5);
    const std::array<std::size_t, 4> expected{2, 3, 4, 5};
    const xt::xtensor<float, 4> plain = xt::ones<float>(expected);
    const xt::xarray<float> array = plain;
    const xt::xarray<double> doubles = plain;
    const xt::xtensor<float, 5> larger = xt::ones<float>({2, 3, 4, 5, 2});
    const auto strided = xt::view(larger, xt::all(), xt::all(), xt::all(), xt::all(), 1);
    const auto formula = plain * 2.0f + doubles;
    const long before = allocations;
    copy_from(plain, dst, expected, "x");
    copy_from(array, dst, expected, "x");
    copy_from(doubles, dst, expected, "x");
    copy_from(strided, dst, expected, "x");
    copy_from(formula, dst, expected, "x");
    CHECK(allocations == before);
    CHECK(before > 0);
}

TEST_CASE("memory is seen as an xtensor without copying", "[xtensor]") {
    std::array<float, 6> memory{1, 2, 3, 4, 5, 6};
    auto writable = as_xtensor(memory.data(), std::array<std::size_t, 2>{2, 3});
    CHECK(writable.dimension() == 2);
    CHECK(writable(1, 0) == 4.0f);
    writable(1, 0) = 9.0f;
    CHECK(memory[3] == 9.0f);
    writable += 1.0f;
    CHECK(memory[0] == 2.0f);

    const auto readable = as_xtensor(static_cast<const float*>(memory.data()), std::array<std::size_t, 1>{6});
    CHECK(readable(3) == 10.0f);
    CHECK(&readable(0) == memory.data());
    STATIC_REQUIRE_FALSE(std::is_assignable_v<decltype(readable(0)), float>);
    CHECK(xt::sum(readable)() == 2 + 3 + 4 + 10 + 6 + 7);
}

TEST_CASE("tensors go to xtensor and back", "[xtensor]") {
    Tensor<float, 2, 3> tensor;
    auto seen = as_xtensor(tensor);
    seen(1, 2) = 5.0f;
    CHECK(tensor(1, 2) == 5.0f);
    CHECK(as_xtensor(std::as_const(tensor))(1, 2) == 5.0f);
    CHECK(&as_xtensor(tensor.view())(0, 0) == tensor.data());

    const auto doubled = residua::to_tensor<Tensor<double, 2, 3>>(seen * 2.0f, "weights");
    CHECK(doubled(1, 2) == 10.0);
    copy_from(xt::ones<int>({2, 3}), tensor.view(), "weights");
    CHECK(tensor(0, 1) == 1.0f);
    CHECK(error_of([&] {
              copy_from(xt::ones<int>({3, 2}), tensor.view(), "weights");
          }) == "weights: expected shape (2, 3), got (3, 2)");
}
