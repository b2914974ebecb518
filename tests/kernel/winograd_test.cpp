#include <support/catch.hpp>

#include "maps.hpp"
#include <residua/kernel/reference/conv.hpp>
#include <residua/kernel/simd/winograd.hpp>
#include <residua/kernel/simd/winograd_weights.hpp>
#include <residua/simd/tiling.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

constexpr int images = 2;

/// A 3x3 convolution of two images by minimal filtering.
struct WinogradCase {
    Chw src{};
    int oc = 1;
    int padding = 1;
    int group = 16;

    [[nodiscard]] Window window() const { return {3, 3, 1, padding}; }
    [[nodiscard]] Chw dst() const { return {oc, window().rows(src.h), window().columns(src.w)}; }
};

std::vector<double> part(const std::vector<double>& all, int image) {
    const auto size = static_cast<std::ptrdiff_t>(all.size() / images);
    return {all.begin() + image * size, all.begin() + (image + 1) * size};
}

/// Both images' maps one behind the other.
class Maps {
  public:
    explicit Maps(const Layout& layout) : layout_{layout}, floats_(static_cast<std::size_t>(images * layout.count())) {
        std::ranges::fill(floats_.span(), std::numeric_limits<float>::quiet_NaN());
    }
    Maps(const Layout& layout, const std::vector<double>& planar) : Maps(layout) {
        for (int image = 0; image < images; ++image) {
            const std::vector<double> values = part(planar, image);
            const std::vector<float> rounded(values.begin(), values.end());
            load_planar(rounded.data(), view(image));
        }
    }
    MapView<float> view(int image) { return {floats_.data() + image * layout_.count(), layout_}; }
    std::vector<float> planar() {
        std::vector<float> values(static_cast<std::size_t>(images * layout_.shape.count()));
        for (int image = 0; image < images; ++image)
            store_planar(view(image), values.data() + image * layout_.shape.count());
        return values;
    }

  private:
    Layout layout_;
    Arena floats_;
};

/// The weights of sixteen channels of the source and as many results, `step` floats from one of the source to the next.
void load_kernels(const WinogradCase& one, const std::vector<double>& weight, int block, int src_block, float* kernels,
                  long step) {
    for (int i = 0; i < channel_block * 9 * channel_block; ++i) {
        const int o = block * channel_block + i % channel_block;
        const int tap = i / channel_block % 9;
        const int c = i / (9 * channel_block);
        const long column = (src_block * channel_block + c) * 9L + tap;
        const bool there = o < one.oc && column < 9L * one.src.c;
        kernels[c * step + tap * channel_block + i % channel_block] =
            there ? static_cast<float>(weight[static_cast<std::size_t>(9L * o * one.src.c + column)]) : 0;
    }
}

/// Source and weights of a case.
struct Operands {
    explicit Operands(const WinogradCase& one)
        : shape{images, one.src, one.oc, one.window()},
          weight{float_values(shape.weight_count(), 1)},
          planar{float_values(shape.src_count(), 2)} {}

    reference::ConvShape shape;
    std::vector<double> weight;
    std::vector<double> planar;
};

/// What F(m x m, 3 x 3) makes of a case, in two parts, of which the second begins with the patch `split`.
template <int m, int dst_blocks, int width, bool bare>
std::vector<float> winograd_results(const WinogradCase& one, int split) {
    const Operands operands(one);
    const std::vector<double>& weight = operands.weight;
    const int src_blocks = block_count(one.src.c);
    const int tiles = block_count(one.oc) / dst_blocks;
    Arena packed(static_cast<std::size_t>(bare ? bare_weight_floats(one.src.c, one.oc)
                                               : winograd_weight_floats(m, one.src.c, one.oc)));
    if constexpr (bare)
        pack_bare_weights(src_blocks, dst_blocks, 0, tiles, packed.data(),
                          [&](int block, int src_block, float* kernels, long step) {
                              load_kernels(one, weight, block, src_block, kernels, step);
                          });
    else
        pack_winograd_weights<m>(src_blocks, dst_blocks, 0, tiles, packed.data(),
                                 [&](int block, int src_block, float* kernels) {
                                     load_kernels(one, weight, block, src_block, kernels, 9 * channel_block);
                                 });
    Maps src({one.src}, operands.planar);
    Maps dst({one.dst()});
    Arena scratch(
        static_cast<std::size_t>(winograd_scratch(m, src_blocks, one.group) + (bare ? bare_scratch(m) : 0) + overhang));
    std::ranges::fill(scratch.span(), std::numeric_limits<float>::quiet_NaN());
    WinogradTask task{.src = src.view(0).at(0, 0),
                      .src_image = Layout{one.src}.count(),
                      .src_block = src.view(0).block_step(),
                      .src_row = src.view(0).row_step(),
                      .src_rows = one.src.h,
                      .src_columns = one.src.w,
                      .src_blocks = src_blocks,
                      .padding = one.padding,
                      .weight = packed.data(),
                      .dst = dst.view(0).at(0, 0),
                      .dst_image = Layout{one.dst()}.count(),
                      .dst_block = dst.view(0).block_step(),
                      .dst_row = dst.view(0).row_step(),
                      .dst_rows = one.dst().h,
                      .dst_columns = one.dst().w,
                      .last_tile = tiles,
                      .last_patch = split,
                      .group = one.group,
                      .scratch = scratch.data()};
    constexpr Tiling tiling{dst_blocks, width, channel_block, channel_block, true};
    const auto unfinished = [&](int) { return Unfinished<true>{one.oc}; };
    winograd_conv<m, tiling, bare>(task, unfinished);
    task.first_patch = split;
    task.last_patch = images * patch_count(one.dst(), m);
    winograd_conv<m, tiling, bare>(task, unfinished);
    return dst.planar();
}

/// Their difference from the reference, relative to the largest result.
template <int m, int dst_blocks, int width, bool bare>
double winograd_error(const WinogradCase& one) {
    const Operands operands(one);
    const std::vector<double> no_bias(static_cast<std::size_t>(one.oc));
    std::vector<double> expected(static_cast<std::size_t>(operands.shape.dst_count()));
    reference::conv_forward(operands.shape, operands.planar.data(), operands.weight.data(), no_bias.data(),
                            expected.data());
    return difference(winograd_results<m, dst_blocks, width, bare>(one, 1), expected);
}

/// The bounds are those of docs/numerics.md.
template <int dst_blocks = 1, int width = 2>
void check_winograd(const WinogradCase& one) {
    INFO("src " << one.src.c << " x " << one.src.h << " x " << one.src.w << ", dst " << one.oc << ", padding "
                << one.padding << ", group " << one.group);
    CHECK(winograd_error<2, dst_blocks, width, false>(one) < 4e-6);
    CHECK(winograd_error<4, dst_blocks, width, false>(one) < 2e-5);
    CHECK(winograd_error<2, dst_blocks, width, true>(one) < 4e-6);
    CHECK(winograd_error<4, dst_blocks, width, true>(one) < 2e-5);
}

}  // namespace

TEST_CASE("winograd: odd and tiny maps, borders, channels that fill no block") {
    check_winograd({{16, 4, 4}, 16});
    check_winograd({{16, 7, 5}, 16});
    check_winograd({{16, 8, 12}, 16});
    check_winograd({{17, 9, 6}, 5});
    check_winograd({{40, 3, 13}, 20});
    check_winograd({{16, 1, 1}, 16});
    check_winograd({{3, 2, 5}, 33});
}

TEST_CASE("winograd: other paddings") {
    check_winograd({{16, 9, 11}, 16, 0});
    check_winograd({{16, 6, 5}, 16, 2});
    check_winograd({{16, 3, 3}, 16, 0});
}

TEST_CASE("winograd: groups of patches that end within an image, and tiles of two blocks") {
    check_winograd<2, 3>({{16, 10, 9}, 32, 1, 1});
    check_winograd<2, 3>({{32, 10, 9}, 64, 1, 4});
    check_winograd<2, 3>({{16, 13, 13}, 64, 1, 5});
    check_winograd<1, 5>({{16, 13, 13}, 48, 1, 100});
}

TEST_CASE("winograd: many channels") {
    check_winograd<2, 3>({{512, 5, 5}, 32});
    check_winograd<2, 3>({{80, 7, 6}, 64});
}

TEST_CASE("winograd: the same bits whatever the group") {
    const auto check = [](const std::vector<float>& found, const std::vector<float>& expected) {
        CHECK(std::ranges::none_of(expected, [](float value) { return std::isnan(value); }));
        CHECK(found == expected);
    };
    check(winograd_results<4, 1, 2, false>({{16, 10, 9}, 16, 1, 7}, 5),
          winograd_results<4, 1, 2, false>({{16, 10, 9}, 16, 1, 1}, 2));
    check(winograd_results<2, 2, 3, true>({{80, 10, 9}, 32, 1, 7}, 5),
          winograd_results<2, 2, 3, true>({{80, 10, 9}, 32, 1, 1}, 2));
}
