#include "check_conv.hpp"

using residua::Algorithm;

TEST_CASE("moments: direct convolutions count every pixel once, also where tiles overlap") {
    check_moments<ConvCase{{1, 1, 1}, 1, square(1, 1, 0)}>();
    check_moments<ConvCase{{16, 2, 29}, 16, square(3, 1, 1), false, 28}>();
    check_moments<ConvCase{{20, 9, 8}, 24, square(3, 2, 1)}>();
    check_moments<ConvCase{{32, 4, 7}, 32, square(3, 1, 1), false, 3, 2}>();
    check_moments<ConvCase{{3, 9, 9}, 64, square(7, 2, 3), true}>();
}

TEST_CASE("moments: minimal filtering counts the pixels of whole and of cut patches") {
    check_moments<ConvCase{{16, 12, 12}, 16, square(3, 1, 1), false, 0, 1, Algorithm::winograd4}>();
    check_moments<ConvCase{{40, 9, 11}, 20, square(3, 1, 1), false, 0, 1, Algorithm::winograd4}>();
    check_moments<ConvCase{{17, 7, 5}, 48, square(3, 1, 1), false, 0, 1, Algorithm::winograd2}>();
}
