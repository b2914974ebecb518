#include "check_conv.hpp"

namespace {

constexpr ConvCase by_patches(residua::Chw src, int oc, int padding, residua::Algorithm last) {
    return {.src = src, .oc = oc, .window = square(3, 1, padding), .last = last};
}

}  // namespace

TEST_CASE("conv by minimal filtering: forward, to the source and to the weights") {
    using enum residua::Algorithm;
    check_conv<by_patches({16, 12, 12}, 16, 1, winograd4)>();
    check_conv<by_patches({16, 7, 6}, 32, 1, winograd4)>();
    check_conv<by_patches({40, 9, 11}, 20, 1, winograd4)>();
    check_conv<by_patches({16, 5, 5}, 16, 0, winograd4)>();
    check_conv<by_patches({20, 3, 4}, 5, 2, winograd4)>();
    check_conv<by_patches({32, 8, 8}, 32, 1, winograd2)>();
    check_conv<by_patches({17, 7, 5}, 48, 1, winograd2)>();
}

TEST_CASE("conv by minimal filtering: more patches than are collected, and more images") {
    using enum residua::Algorithm;
    check_conv<by_patches({16, 33, 50}, 16, 1, winograd4)>();
    check_conv<by_patches({64, 8, 8}, 64, 1, winograd4)>();
    check_conv<by_patches({144, 6, 6}, 144, 1, winograd4)>();
}

TEST_CASE("conv with large weights: their gradient over the whole batch") {
    using enum residua::Algorithm;
    check_conv<by_patches({160, 5, 6}, 176, 1, winograd4)>();
    check_conv<by_patches({160, 6, 3}, 150, 1, winograd2)>();
    check_conv<by_patches({150, 4, 5}, 170, 1, direct)>();
    check_conv<ConvCase{{330, 3, 5}, 610, square(1, 1, 0)}>();
    check_conv<ConvCase{{160, 7, 6}, 160, square(3, 2, 1)}>();
}
