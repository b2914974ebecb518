#include <support/catch.hpp>
#include <vector>

#include <residua/kernel/simd/weight_rows.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

/// Rows that fill no block, of a length that is no multiple of 16.
constexpr int rows = 19;
constexpr int length = 39;

float weight(int row, int column) { return static_cast<float>(100 * row + column); }

/// Checks all columns of a block, `count` at a time.
void check_columns(int count, const float* scale) {
    std::vector<float> weights;
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < length; ++column) weights.push_back(weight(row, column));
    const detail::WeightRows all{weights.data(), length, rows, scale};
    for (int block = 0; block < 2; ++block)
        for (int first = 0; first < length; first += count) {
            int visited = 0;
            detail::for_columns(all, block, first, count, [&](int i, const float* lanes) {
                CHECK(i == visited++);
                for (int lane = 0; lane < channel_block; ++lane) {
                    const int row = block * channel_block + lane;
                    const bool there = row < rows && first + i < length;
                    const float factor = scale == nullptr || !there ? 1.0f : scale[row];
                    if (lanes[lane] != (there ? weight(row, first + i) * factor : 0.0f))
                        FAIL("row " << row << ", column " << first + i << ": " << lanes[lane]);
                }
            });
            CHECK(visited == count);
        }
}

}  // namespace

TEST_CASE("weight rows: columns of sixteen rows, scaled; zeros where there are none") {
    std::vector<float> scale;
    for (int row = 0; row < rows; ++row) scale.push_back(0.5f + static_cast<float>(row) / 3);
    for (const int count : {1, 9, 16, 20, 48, 144}) {
        check_columns(count, nullptr);
        check_columns(count, scale.data());
    }
}
