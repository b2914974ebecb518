#include <support/catch.hpp>
#include <type_traits>

#include <residua/tensor/broadcast.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

template <class A, class B, class Result>
constexpr bool gives = std::is_same_v<BroadcastVerdict<A, B>, ShapesBroadcast<Result>>&&
    std::is_same_v<BroadcastVerdict<B, A>, ShapesBroadcast<Result>>;

}  // namespace

TEST_CASE("shapes broadcast like NumPy's", "[broadcast]") {
    STATIC_REQUIRE(gives<Shape<2, 3>, Shape<2, 3>, Shape<2, 3>>);
    STATIC_REQUIRE(gives<Shape<2, 3>, Shape<3>, Shape<2, 3>>);
    STATIC_REQUIRE(gives<Shape<2, 3>, Shape<>, Shape<2, 3>>);
    STATIC_REQUIRE(gives<Shape<2, 3>, Shape<2, 1>, Shape<2, 3>>);
    STATIC_REQUIRE(gives<Shape<2, 1>, Shape<1, 3>, Shape<2, 3>>);
    STATIC_REQUIRE(gives<Shape<5, 1, 4>, Shape<6, 1>, Shape<5, 6, 4>>);
    STATIC_REQUIRE(gives<Shape<1>, Shape<>, Shape<1>>);
}

TEST_CASE("other shapes are refused with a verdict that names both", "[broadcast]") {
    STATIC_REQUIRE(
        std::is_same_v<BroadcastVerdict<Shape<2, 3>, Shape<4>>, ShapesDoNotBroadcast<Shape<2, 3>, Shape<4>>>);
    STATIC_REQUIRE_FALSE(broadcasts<Shape<2, 3>, Shape<2>>);
    STATIC_REQUIRE_FALSE(broadcasts<Shape<2, 3>, Shape<3, 3>>);
    STATIC_REQUIRE(broadcasts<Shape<2, 3>, Shape<1, 3>>);
}

TEST_CASE("a destination is never smaller than what is assigned to it", "[broadcast]") {
    STATIC_REQUIRE(assignable<Shape<2, 3>, Shape<3>>);
    STATIC_REQUIRE(assignable<Shape<2, 3>, Shape<2, 3>>);
    STATIC_REQUIRE_FALSE(assignable<Shape<3>, Shape<2, 3>>);
    STATIC_REQUIRE_FALSE(assignable<Shape<1, 3>, Shape<2, 3>>);
    STATIC_REQUIRE_FALSE(assignable<Shape<2, 3>, Shape<4>>);
    STATIC_REQUIRE_FALSE(assignable<Shape<3>, Shape<1, 3>>);
}
