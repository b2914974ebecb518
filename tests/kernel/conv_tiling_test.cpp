#include "check_conv.hpp"

TEST_CASE("conv: tiles that overhang the row, and every number of blocks a tile") {
    check_conv<ConvCase{{16, 4, 7}, 16, square(3, 1, 1), false, 1}>();
    check_conv<ConvCase{{16, 4, 7}, 32, square(3, 1, 1), false, 2, 1}>();
    check_conv<ConvCase{{32, 4, 7}, 32, square(3, 1, 1), false, 3, 2}>();
    check_conv<ConvCase{{64, 3, 5}, 64, square(3, 2, 1), false, 4, 4}>();
    check_conv<ConvCase{{16, 2, 11}, 16, square(3, 1, 1), false, 6}>();
    check_conv<ConvCase{{16, 2, 11}, 16, square(3, 2, 1), false, 5}>();
    check_conv<ConvCase{{16, 2, 29}, 16, square(3, 1, 1), false, 28}>();
    check_conv<ConvCase{{128, 2, 3}, 128, square(1, 1, 0)}>();
    check_conv<ConvCase{{16, 3, 31}, 16, square(3, 1, 1)}>();
}

TEST_CASE("conv: the network's input, packed") {
    check_conv<ConvCase{{3, 8, 8}, 16, square(3, 1, 1), true}>();
    check_conv<ConvCase{{3, 8, 9}, 16, square(3, 1, 1), true, 4}>();
    check_conv<ConvCase{{1, 5, 7}, 20, square(3, 2, 1), true}>();
    check_conv<ConvCase{{15, 5, 7}, 5, square(3, 3, 2), true}>();
    check_conv<ConvCase{{3, 9, 9}, 64, square(7, 2, 3), true}>();
    check_conv<ConvCase{{4, 5, 5}, 32, square(1, 1, 0), true}>();
    check_conv<ConvCase{{2, 5, 5}, 7, square(5, 1, 0), true}>();
}
