#include "check_conv.hpp"

TEST_CASE("conv: strides, kernels and paddings") {
    check_conv<ConvCase{{5, 7, 6}, 17, square(1, 1, 0)}>();
    check_conv<ConvCase{{5, 7, 6}, 17, square(1, 2, 0)}>();
    check_conv<ConvCase{{5, 7, 6}, 3, square(1, 3, 2)}>();
    check_conv<ConvCase{{16, 5, 9}, 16, square(2, 1, 0)}>();
    check_conv<ConvCase{{16, 5, 9}, 7, square(2, 2, 1)}>();
    check_conv<ConvCase{{20, 9, 8}, 24, square(3, 1, 1)}>();
    check_conv<ConvCase{{20, 9, 8}, 24, square(3, 2, 1)}>();
    check_conv<ConvCase{{20, 9, 8}, 24, square(3, 3, 0)}>();
    check_conv<ConvCase{{4, 9, 8}, 4, square(3, 3, 2)}>();
    check_conv<ConvCase{{17, 8, 11}, 5, square(5, 2, 2)}>();
    check_conv<ConvCase{{17, 8, 11}, 5, square(5, 3, 4)}>();
    check_conv<ConvCase{{3, 12, 9}, 18, square(7, 2, 3)}>();
}

TEST_CASE("conv: tiny maps") {
    check_conv<ConvCase{{1, 1, 1}, 1, square(1, 1, 0)}>();
    check_conv<ConvCase{{33, 1, 1}, 40, square(1, 1, 0)}>();
    check_conv<ConvCase{{16, 1, 1}, 16, square(3, 1, 1)}>();
    check_conv<ConvCase{{16, 1, 1}, 16, square(3, 3, 1)}>();
    check_conv<ConvCase{{2, 2, 3}, 2, square(7, 1, 3)}>();
    check_conv<ConvCase{{2, 3, 1}, 2, square(1, 3, 0)}>();
}

TEST_CASE("conv: more pixels than the gradient of the weights takes at a time") {
    check_conv<ConvCase{{5, 16, 15}, 17, square(1, 1, 0)}>();
    check_conv<ConvCase{{17, 33, 29}, 20, square(3, 2, 1)}>();
}
