#include <support/catch.hpp>

#include "maps.hpp"
#include <residua/kernel/reference/concat.hpp>
#include <residua/kernel/simd/copy.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

constexpr int rows = 3;
constexpr int columns = 2;

std::vector<double> channels_of(const std::vector<double>& all, int first, int count) {
    const auto plane = rows * columns;
    return {all.begin() + first * plane, all.begin() + (first + count) * plane};
}

}  // namespace

TEST_CASE("copy: channels from anywhere in a block to anywhere in another") {
    for (const int count : {1, 5, 16, 17, 35})
        for (const int from : {0, 3, 16, 21})
            for (const int to : {0, 2, 16, 31}) {
                INFO(count << " channels, from " << from << " to " << to);
                const Chw shape{to + count, rows, columns};
                const std::vector<double> src = float_values((from + count) * rows * columns, 1);
                TestMap source({{from + count, rows, columns}, 1}, src);
                TestMap target({shape});
                copy_channels(source.view(), from, target.view(), to, count, 0, rows);
                const std::vector<float> found = target.planar();
                const std::vector<double> expected = channels_of(src, from, count);
                CHECK(difference(std::span(found).subspan(static_cast<std::size_t>(to * rows * columns)), expected) ==
                      0);
                for (int lane = shape.c % channel_block; lane > 0 && lane < channel_block; ++lane)
                    CHECK(target.view().at(shape.c / channel_block, 1, 1)[lane] == 0.0f);
            }
}

TEST_CASE("copy: rows of a part, the others untouched") {
    TestMap source(Layout{{20, rows, columns}}, float_values(20L * rows * columns, 1));
    TestMap target(Layout{{20, rows, columns}});
    copy_channels(source.view(), 0, target.view(), 0, 20, 1, 2);
    for (int row = 0; row < rows; ++row) {
        const float found = target.view().at(1, row, 1)[3];
        if (row == 1)
            CHECK(found == source.view().at(1, row, 1)[3]);
        else
            CHECK(std::isnan(found));
    }
}

TEST_CASE("reference concat: channels one behind another in every image, and back") {
    const std::vector<double> one{1, 2, 3, 4};                 // 2 images x 1 channel x 1 x 2
    const std::vector<double> two{5, 6, 7, 8, 9, 10, 11, 12};  // 2 images x 2 channels x 1 x 2
    const std::vector<const double*> src{one.data(), two.data()};
    std::vector<double> dst(12);
    reference::concat_forward(2, Chw{3, 1, 2}, {1, 2}, src, dst.data());
    CHECK(dst == std::vector<double>{1, 2, 5, 6, 7, 8, 3, 4, 9, 10, 11, 12});
    std::vector<double> back_one(4);
    std::vector<double> back_two(8);
    reference::concat_backward(2, Chw{3, 1, 2}, {1, 2}, dst.data(), std::vector{back_one.data(), back_two.data()});
    CHECK(back_one == one);
    CHECK(back_two == two);
}
