#include <cstdint>
#include <support/catch.hpp>
#include <type_traits>
#include <utility>

#include <residua/tensor/evaluate.hpp>
#include <residua/tensor/tensor.hpp>

using namespace residua;

TEST_CASE("a tensor is one pointer to aligned zeros", "[tensor]") {
    STATIC_REQUIRE(sizeof(Tensor<float, 64, 32, 32>) == sizeof(void*));
    const Tensor<float, 3, 5, 7> tensor;
    CHECK(reinterpret_cast<std::uintptr_t>(tensor.data()) % 64 == 0);
    STATIC_REQUIRE(decltype(tensor)::size == 105);
    for (const float element : tensor.elements()) CHECK(element == 0.0f);
}

TEST_CASE("elements lie in row-major order", "[tensor]") {
    Tensor<int, 2, 3, 4> tensor;
    tensor(1, 2, 3) = 7;
    tensor(0, 1, 0) = 5;
    CHECK(tensor.elements()[23] == 7);
    CHECK(std::as_const(tensor).elements()[4] == 5);
    CHECK(tensor.reshape<6, 4>()(5, 3) == 7);
    CHECK(std::as_const(tensor).reshape<24>()(4) == 5);

    Tensor<float> number;
    number() = 2.0f;
    CHECK(number.elements()[0] == 2.0f);
}

TEST_CASE("copies are deep, moves are not", "[tensor]") {
    Tensor<float, 4> a;
    a(2) = 3.0f;
    Tensor<float, 4> copy = a;
    a(2) = 4.0f;
    CHECK(copy(2) == 3.0f);
    copy = a;
    CHECK(copy(2) == 4.0f);
    const float* const data = a.data();
    const Tensor<float, 4> moved = std::move(a);
    CHECK(moved.data() == data);
    STATIC_REQUIRE(std::is_nothrow_move_constructible_v<Tensor<float, 4>>);
}

TEST_CASE("a view writes through and becomes const by itself", "[tensor]") {
    float memory[6] = {1, 2, 3, 4, 5, 6};
    const TensorView<float, 2, 3> view(memory);
    view(1, 0) = 9.0f;
    CHECK(memory[3] == 9.0f);
    const TensorView<const float, 2, 3> readable = view;
    CHECK(readable(1, 0) == 9.0f);
    view = readable * 2.0f;
    CHECK(memory[3] == 18.0f);
    STATIC_REQUIRE_FALSE(std::is_convertible_v<TensorView<const float, 2>, TensorView<float, 2>>);
}
