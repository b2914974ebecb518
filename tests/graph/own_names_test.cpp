#include <support/catch.hpp>

#include <residua/model.hpp>

/// A program's functions that take whatever they are given.
namespace user {

template <class... Arguments>
void add_layer(Arguments&&...);
template <class... Arguments>
void parts_of(Arguments&&...);

struct Layers : residua::Sequence<residua::Conv<4, 3>, residua::BN> {};
struct Net : residua::Network<residua::Input<3, 4, 4>, Layers> {};

}  // namespace user

TEST_CASE("graph: functions of a program that take anything are not taken for the library's") {
    STATIC_REQUIRE(residua::parameter_count<user::Net> == 4 * 3 * 9 + 2 * 4);
}
