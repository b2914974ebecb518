#include <support/catch.hpp>

#include "maps.hpp"

using namespace residua;
using namespace residua::detail;

TEST_CASE("border: a planar image in a framed map") {
    const Chw shape = GENERATE(Chw{16, 3, 4}, Chw{1, 1, 1}, Chw{17, 5, 2}, Chw{3, 4, 4});
    const int halo = GENERATE(0, 1, 3);
    const Layout layout{shape, halo};
    const std::vector<double> values = float_values(shape.count(), 1);
    TestMap map(layout, values);
    CHECK(difference(map.planar(), values) == 0);

    long zeros = 0;
    long others = 0;
    const MapView<float> view = map.view();
    for (long i = 0; i < layout.blocks() * layout.block(); ++i) {
        REQUIRE_FALSE(std::isnan(view.data[i]));  // every float of the frame and of the last block's rest is written
        ++(view.data[i] == 0 ? zeros : others);
    }
    CHECK(others == shape.count());
    CHECK(zeros == layout.blocks() * layout.block() - shape.count());
}

TEST_CASE("border: a packed map has only its channels, side by side") {
    const Layout layout{{3, 2, 4}, 2, true};
    const std::vector<double> values = float_values(layout.shape.count(), 1);
    TestMap map(layout, values);
    const MapView<float> view = map.view();
    CHECK(layout.block() == 6 * 8 * 3);
    for (int row = -2; row < 4; ++row)
        for (int column = -2; column < 6; ++column)
            for (int c = 0; c < 3; ++c) {
                const bool inside = row >= 0 && row < 2 && column >= 0 && column < 4;
                const double expected = inside ? values[static_cast<std::size_t>((c * 2 + row) * 4 + column)] : 0.0;
                CHECK(double{view.at(0, row, column)[c]} == expected);
            }
}
