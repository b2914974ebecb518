#include <bit>
#include <random>
#include <string>
#include <support/catch.hpp>

#include "maps.hpp"
#include <residua/graph/problem.hpp>
#include <residua/kernel/reference/conv.hpp>
#include <residua/kernel/simd/grouped_backward_weight.hpp>
#include <residua/kernel/simd/grouped_conv.hpp>
#include <residua/kernel/simd/grouped_weights.hpp>
#include <residua/kernel/simd/moments.hpp>

using namespace residua;
using namespace residua::detail;

namespace {

using Values = std::vector<double>;
using Floats = std::vector<float>;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr float nan = std::numeric_limits<float>::quiet_NaN();

constexpr GroupedConv grouped(Chw src, int dst_channels, int groups, const Window& window) {
    return {src, {dst_channels, window.rows(src.h), window.columns(src.w)}, groups, window};
}

reference::ConvShape shape_of(const GroupedConv& conv) { return {1, conv.src, conv.dst.c, conv.window, conv.groups}; }

std::string text(const GroupedConv& conv) {
    const auto [kernel_h, kernel_w, stride, padding] = conv.window;
    std::string all = "src, dst channels, groups, map, kernel, stride, padding:";
    for (const int number :
         {conv.src.c, conv.dst.c, conv.groups, conv.src.h, conv.src.w, kernel_h, kernel_w, stride, padding})
        all += " " + std::to_string(number);
    return all;
}

/// Calls `body` with the kernel as a constant: all there are.
template <class Body, GroupedKernel... kernels>
void call_with(GroupedKernel kernel, const Body& body) {
    const bool found = ((kernel == kernels && (body.template operator()<kernels>(), true)) || ...);
    REQUIRE(found);
}
template <int lanes, class Body>
void with_lanes(GroupedKernel kernel, const Body& body) {
    call_with<Body, GroupedKernel{lanes, 1, 1}, GroupedKernel{lanes, 3, 1}, GroupedKernel{lanes, 1, 2},
              GroupedKernel{lanes, 3, 2}, GroupedKernel{lanes, 1, 0}>(kernel, body);
}
template <class Body>
void with_kernel(GroupedKernel kernel, const Body& body) {
    switch (kernel.lanes) {
        case 1:
            if (kernel.row_taps <= 3) return with_lanes<1>(kernel, body);
            return call_with<Body, GroupedKernel{1, 5, 1}, GroupedKernel{1, 5, 2}, GroupedKernel{1, 7, 1},
                             GroupedKernel{1, 7, 2}>(kernel, body);
        case 2:
            return with_lanes<2>(kernel, body);
        case 4:
            return with_lanes<4>(kernel, body);
        case 8:
            return with_lanes<8>(kernel, body);
        default:
            return with_lanes<16>(kernel, body);
    }
}

/// Aligned floats, NaN and with more NaN behind them, which has to stay.
class Guarded {
  public:
    explicit Guarded(long count) : count_{static_cast<std::size_t>(count)}, floats_(count_ + 64) {
        std::ranges::fill(floats_.span(), nan);
    }
    [[nodiscard]] float* data() { return floats_.data(); }
    [[nodiscard]] std::span<float> written() { return floats_.span().first(count_); }
    [[nodiscard]] bool intact() const {
        return std::ranges::all_of(floats_.span().subspan(count_), [](float value) { return std::isnan(value); });
    }

  private:
    std::size_t count_;
    Arena floats_;
};

Floats floats_of(const Values& values) { return {values.begin(), values.end()}; }

/// Whether lanes behind the last channel are zero in the whole map.
bool clean(const MapView<const float>& map) {
    const auto [c, h, w] = map.layout.shape;
    for (int channel = c; channel < map.layout.blocks() * channel_block; ++channel)
        for (int row = 0; row < h; ++row)
            for (int column = 0; column < w; ++column)
                if (map.at(channel / channel_block, row, column)[channel % channel_block] != 0) return false;
    return true;
}

/// Clears what is behind the last channel, as the other finishes do; both for the tests to have one kind.
using Cleared = Unfinished<true>;

struct Frames {
    int src = 0;
    int dst = 0;
};

Floats forward(const GroupedConv& conv, const Frames& frames, const Values& src, const Values& weight,
               const std::vector<int>& row_ends, const float* scale = nullptr) {
    TestMap from({conv.src, frames.src}, src);
    TestMap to({conv.dst, frames.dst});
    Guarded packed(grouped_floats(conv));
    Guarded scratch(grouped_scratch(conv));
    const Floats weights = floats_of(weight);
    for (int block = 0; block < block_count(conv.dst.c); ++block)
        pack_grouped(conv, weights.data(), scale, block, packed.data());
    with_kernel(grouped_kernel(conv), [&]<GroupedKernel kernel> {
        for (int first = 0; const int last : row_ends) {
            std::ranges::fill(scratch.written(), nan);
            grouped_conv<kernel>(conv, from.view(), packed.data(), to.view(), first, last, Cleared{conv.dst.c},
                                 scratch.data());
            first = last;
        }
    });
    CHECK(packed.intact());
    CHECK(scratch.intact());
    CHECK(clean(to.view()));
    return to.planar();
}

Floats backward_src(const GroupedConv& conv, const Frames& frames, const Values& grad, const Values& weight,
                    const std::vector<int>& row_ends) {
    TestMap from({conv.dst, frames.dst}, grad);
    TestMap to({conv.src, frames.src});
    Guarded packed(grouped_backward_floats(conv));
    Guarded scratch(grouped_backward_scratch(conv));
    const Floats weights = floats_of(weight);
    for (int block = 0; block < block_count(conv.src.c); ++block)
        pack_grouped_backward(conv, weights.data(), block, packed.data());
    with_kernel(grouped_kernel(conv), [&]<GroupedKernel kernel> {
        for (int first = 0; const int last : row_ends) {
            std::ranges::fill(scratch.written(), nan);
            grouped_backward_src<kernel>(conv, from.view(), packed.data(), to.view(), first, last, Cleared{conv.src.c},
                                         scratch.data());
            first = last;
        }
    });
    CHECK(packed.intact());
    CHECK(scratch.intact());
    CHECK(clean(to.view()));
    return to.planar();
}

/// Of so many images with the same gradients.
Floats backward_weight(const GroupedConv& conv, const Frames& frames, const Values& src, const Values& grad,
                       int images = 1) {
    TestMap from({conv.src, frames.src}, src);
    TestMap gradient({conv.dst, frames.dst}, grad);
    Guarded sums(grouped_floats(conv));
    Guarded scratch(grouped_scratch(conv));
    with_kernel(grouped_kernel(conv), [&]<GroupedKernel kernel> {
        for (int image = 0; image < images; ++image) {
            std::ranges::fill(scratch.written(), nan);
            grouped_backward_weight<kernel>(conv, from.view(), gradient.view(), image == 0, sums.data(),
                                            scratch.data());
        }
    });
    CHECK(sums.intact());
    CHECK(scratch.intact());
    Floats found(static_cast<std::size_t>(shape_of(conv).weight_count()), nan);
    for (int block = 0; block < block_count(conv.dst.c); ++block)
        unpack_grouped(conv, sums.data(), block, found.data());
    return found;
}

bool same_bits(const Floats& a, const Floats& b) {
    return std::ranges::equal(
        a, b, {}, [](float value) { return std::bit_cast<std::uint32_t>(value); },
        [](float value) { return std::bit_cast<std::uint32_t>(value); });
}

/// All directions beside the reference, with and without frames, whole and in shares of rows.
void check(const GroupedConv& conv) {
    INFO(text(conv));
    const reference::ConvShape shape = shape_of(conv);
    const Values weight = float_values(shape.weight_count(), 1);
    const Values src = float_values(conv.src.count(), 2);
    const Values grad = float_values(conv.dst.count(), 3);
    constexpr double tolerance = 2e-6;
    // Frames from none to more than any padding asks for.
    for (const Frames& frames : {Frames{0, 0}, Frames{1, 1}, Frames{2, 6}}) {
        INFO("frames " << frames.src << ", " << frames.dst);
        Values expected(grad.size());
        reference::conv_forward<double>(shape, src.data(), weight.data(), nullptr, expected.data());
        const Floats whole = forward(conv, frames, src, weight, {conv.dst.h});
        CHECK(difference(whole, expected) < tolerance);
        CHECK(same_bits(whole, forward(conv, {0, 0}, src, weight, {conv.dst.h / 3, conv.dst.h / 2, conv.dst.h})));

        Values expected_src(src.size());
        reference::conv_backward_src(shape, grad.data(), weight.data(), expected_src.data());
        const Floats gradient = backward_src(conv, frames, grad, weight, {conv.src.h});
        CHECK(difference(gradient, expected_src) < tolerance);
        CHECK(same_bits(gradient,
                        backward_src(conv, {0, 0}, grad, weight, {conv.src.h / 3, conv.src.h / 2, conv.src.h})));

        Values expected_weight(weight.size());
        reference::conv_backward_weight(shape, src.data(), grad.data(), expected_weight.data());
        CHECK(difference(backward_weight(conv, frames, src, grad), expected_weight) < tolerance);
        for (double& value : expected_weight) value *= 3;
        CHECK(difference(backward_weight(conv, frames, src, grad, 3), expected_weight) < tolerance);
    }
}

constexpr Window square(int kernel, int stride, int padding) { return {kernel, kernel, stride, padding}; }

constexpr Window kernels[] = {{1, 1}, {3, 3}, {3, 3}, {3, 3}, {5, 5}, {2, 3}, {3, 2}, {7, 7}, {1, 3}};

/// Whatever convolution is possible.
class RandomConvs {
  public:
    explicit RandomConvs(std::uint64_t seed) : generator_{seed} {}

    GroupedConv next() {
        for (;;) {
            const int n = channels();
            const int m = up_to(2) == 1 ? n : channels();
            const int groups = up_to(70 / std::max(n, m));
            Window window = kernels[up_to(std::size(kernels)) - 1];
            window.stride = up_to(3);
            window.padding = up_to(3) - 1;
            const Chw src{n * groups, up_to(9), up_to(10) == 1 ? up_to(40) : up_to(11)};
            if (check_window(window, src).kind == Kind::Accepted) return grouped(src, m * groups, groups, window);
        }
    }

  private:
    int up_to(std::size_t most) { return static_cast<int>(generator_() % most) + 1; }
    int up_to(int most) { return up_to(static_cast<std::size_t>(most)); }
    /// Of a group: a power of two more often than not.
    int channels() { return up_to(3) > 1 ? 1 << (up_to(6) - 1) : up_to(35); }

    std::mt19937_64 generator_;
};

}  // namespace

TEST_CASE("reference conv: groups are a dense convolution whose other weights are zero") {
    const GroupedConv conv = grouped({6, 4, 5}, 9, 3, square(3, 2, 1));
    const reference::ConvShape shape = shape_of(conv);
    const reference::ConvShape dense{1, conv.src, conv.dst.c, conv.window};
    const Values weight = float_values(shape.weight_count(), 1);
    const Values src = float_values(conv.src.count(), 2);
    Values all(static_cast<std::size_t>(dense.weight_count()));
    for (int oc = 0; oc < 9; ++oc)
        for (int i = 0; i < 2 * 9; ++i)
            all[static_cast<std::size_t>((oc * 6 + oc / 3 * 2) * 9 + i)] =
                weight[static_cast<std::size_t>(oc * 18 + i)];
    Values found(static_cast<std::size_t>(conv.dst.count()));
    Values expected(found.size());
    reference::conv_forward<double>(shape, src.data(), weight.data(), nullptr, found.data());
    reference::conv_forward<double>(dense, src.data(), all.data(), nullptr, expected.data());
    CHECK(relative_difference<double>(found, expected) < 1e-14);
}

TEST_CASE("grouped conv: kernels, strides and paddings, group by group and channel by channel") {
    for (const int groups : {1, 2, 4, 8, 16, 32})
        for (const int stride : {1, 2, 3})
            for (const int kernel : {1, 3}) check(grouped({32, 6, 9}, 32, groups, square(kernel, stride, kernel / 2)));
    for (const int stride : {1, 2, 3})
        for (const int kernel : {5, 7}) check(grouped({20, 9, 8}, 20, 20, square(kernel, stride, 2)));
    check(grouped({48, 5, 5}, 48, 2, square(3, 1, 1)));
    check(grouped({64, 5, 5}, 32, 2, square(3, 2, 1)));
    check(grouped({17, 5, 5}, 34, 17, square(3, 1, 1)));
}

TEST_CASE("grouped conv: random shapes") {
    RandomConvs convs(1);
    for (int i = 0; i < 300; ++i) check(convs.next());
}

TEST_CASE("grouped conv: tiny maps, padding that is wider than the kernel") {
    check(grouped({1, 1, 1}, 1, 1, square(1, 1, 0)));
    check(grouped({33, 1, 1}, 33, 33, square(3, 1, 1)));
    check(grouped({12, 1, 1}, 12, 3, square(3, 3, 1)));
    check(grouped({6, 2, 3}, 6, 6, square(1, 1, 2)));
    check(grouped({6, 2, 3}, 9, 3, square(1, 3, 2)));
    check(grouped({8, 3, 1}, 8, 2, square(5, 2, 2)));
}

TEST_CASE("grouped conv: maps that take more than one strip, and more than one part of the gradient of the weights") {
    check(grouped({3, 20, 60}, 6, 3, square(3, 1, 1)));
    check(grouped({70, 9, 40}, 70, 2, square(3, 2, 1)));
    check(grouped({16, 40, 33}, 16, 16, square(3, 2, 1)));
    check(grouped({16, 30, 30}, 16, 4, square(3, 1, 1)));
}

TEST_CASE("grouped conv: weights with a factor for each result channel") {
    const GroupedConv conv = grouped({20, 4, 5}, 20, 5, square(3, 1, 1));
    const reference::ConvShape shape = shape_of(conv);
    Values weight = float_values(shape.weight_count(), 1);
    const Values src = float_values(conv.src.count(), 2);
    const Floats scale = floats_of(float_values(conv.dst.c, 3));
    const Floats found = forward(conv, {}, src, weight, {conv.dst.h}, scale.data());
    const auto row = weight.size() / scale.size();
    for (std::size_t i = 0; i < weight.size(); ++i) weight[i] *= static_cast<double>(scale[i / row]);
    Values expected(found.size());
    reference::conv_forward<double>(shape, src.data(), weight.data(), nullptr, expected.data());
    CHECK(difference(found, expected) < 2e-6);
}

TEST_CASE("grouped conv: sums for statistics, formed on the way") {
    static constexpr GroupedConv conv = grouped({18, 5, 17}, 18, 9, square(3, 1, 1));
    const Values weight = float_values(shape_of(conv).weight_count(), 1);
    TestMap from({conv.src}, float_values(conv.src.count(), 2));
    TestMap to({conv.dst});
    Guarded packed(grouped_floats(conv));
    Guarded scratch(grouped_scratch(conv));
    Guarded sums(3 * 32);
    const Floats weights = floats_of(weight);
    for (int block = 0; block < 2; ++block) pack_grouped(conv, weights.data(), nullptr, block, packed.data());
    const ImageMoments moments{sums.data(), sums.data() + 32, sums.data() + 64};
    grouped_conv<grouped_kernel(conv)>(conv, from.view(), packed.data(), to.view(), 0, conv.dst.h,
                                       WithMoments<true>{moments, conv.dst.c}, scratch.data());
    Guarded again(3 * 32);
    map_moments(to.view(), {again.data(), again.data() + 32, again.data() + 64});
    const Values expected(again.written().begin(), again.written().end());
    CHECK(difference(sums.written(), expected) < 2e-6);
}

namespace {

bool alike(double found, double expected, double largest) {
    if (std::isnan(expected)) return std::isnan(found);
    return std::isinf(expected) ? found == expected : std::abs(found - expected) <= 1e-4 * largest;
}

/// The first place where values are neither both NaN nor the same infinity nor nearly the same number; "" if there is
/// none. Where `more`, what is no number may be one in its slow twin.
std::string unlike(const Floats& found, const Values& expected, bool more = false) {
    double largest = 1;
    for (const double value : expected)
        if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (alike(found[i], expected[i], largest) || (more && !std::isfinite(found[i]))) continue;
        return std::to_string(i) + ": " + std::to_string(found[i]) + ", not " + std::to_string(expected[i]);
    }
    return "";
}

/// The same convolution of a map with its padding: zeros there are multiplied like other pixels.
reference::ConvShape padded(const GroupedConv& conv) {
    const int around = 2 * conv.window.padding;
    Window window = conv.window;
    window.padding = 0;
    return {1, {conv.src.c, conv.src.h + around, conv.src.w + around}, conv.dst.c, window, conv.groups};
}
Values padded(const GroupedConv& conv, const Values& src) {
    const reference::ConvShape shape = padded(conv);
    Values all(static_cast<std::size_t>(shape.src_count()));
    for (std::size_t i = 0; i < src.size(); ++i) {
        const int at = static_cast<int>(i);
        const int row = at / conv.src.w;
        all[static_cast<std::size_t>(reference::position(shape.src, 0, row / conv.src.h,
                                                         row % conv.src.h + conv.window.padding,
                                                         at % conv.src.w + conv.window.padding))] = src[i];
    }
    return all;
}

/// What is no number goes through all directions.
class NotFinite {
  public:
    explicit NotFinite(const GroupedConv& conv) : conv_{conv} {}

    void check() {
        INFO(text(conv_));
        at_every_place(src_, [&] {
            check_forward();
            check_backward_weight();
        });
        at_every_place(grad_, [&] {
            check_backward_src(false);
            check_backward_weight();
        });
        at_every_place(weight_, [&] {
            check_forward();
            check_backward_src(true);
        });
    }

  private:
    template <class Check>
    static void at_every_place(Values& values, const Check& check) {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double good = values[i];
            for (const double bad : {static_cast<double>(nan), infinity, -infinity}) {
                values[i] = bad;
                INFO(bad << " at " << i);
                check();
            }
            values[i] = good;
        }
    }
    void check_forward() {
        Values expected(grad_.size());
        reference::conv_forward<double>(padded(conv_), padded(conv_, src_).data(), weight_.data(), nullptr,
                                        expected.data());
        for (const int frame : {0, 2})
            CHECK(unlike(forward(conv_, {frame, 0}, src_, weight_, {conv_.dst.h}), expected) == "");
    }
    void check_backward_src(bool more) {
        Values expected(src_.size());
        reference::conv_backward_src(shape_, grad_.data(), weight_.data(), expected.data());
        for (const int frame : {0, 2})
            CHECK(unlike(backward_src(conv_, {0, frame}, grad_, weight_, {conv_.src.h}), expected, more) == "");
    }
    void check_backward_weight() {
        Values expected(weight_.size());
        reference::conv_backward_weight(padded(conv_), padded(conv_, src_).data(), grad_.data(), expected.data());
        for (const int frame : {0, 2}) CHECK(unlike(backward_weight(conv_, {frame, 0}, src_, grad_), expected) == "");
    }

    GroupedConv conv_;
    reference::ConvShape shape_ = shape_of(conv_);
    Values weight_ = float_values(shape_.weight_count(), 1);
    Values src_ = float_values(conv_.src.count(), 2);
    Values grad_ = float_values(conv_.dst.count(), 3);
};

}  // namespace

TEST_CASE("grouped conv: NaN and infinity at every place") {
    NotFinite(grouped({17, 2, 3}, 17, 17, square(3, 1, 1))).check();
    NotFinite(grouped({18, 3, 3}, 18, 9, square(3, 2, 1))).check();
    NotFinite(grouped({20, 2, 2}, 20, 5, square(2, 1, 1))).check();
    NotFinite(grouped({6, 3, 3}, 9, 3, square(3, 1, 1))).check();
    NotFinite(grouped({16, 2, 2}, 16, 1, square(1, 2, 0))).check();
}
