#pragma once

#include <support/catch.hpp>

#include "maps.hpp"
#include <residua/kernel/reference/conv.hpp>
#include <residua/lower/workspace.hpp>
#include <residua/op/conv/run_bound.hpp>
#include <residua/op/conv/run_training.hpp>

/// A convolution whose kernels are to be compared with the reference. A width of 0 is the one the plan chooses.
struct ConvCase {
    residua::Chw src{};
    int oc = 1;
    residua::detail::Window window{};
    bool packed = false;
    int width = 0;
    int dst_blocks = 1;
    residua::Algorithm last = residua::Algorithm::direct;

    [[nodiscard]] constexpr residua::Chw dst() const { return {oc, window.rows(src.h), window.columns(src.w)}; }
    [[nodiscard]] constexpr residua::detail::Layout layout() const { return {src, window.padding, packed}; }
    [[nodiscard]] constexpr residua::detail::TrainingConv kernel() const {
        using namespace residua;
        using namespace residua::detail;
        detail::TrainingConv kernel = detail::training_conv(layout(), dst(), window, true, last);
        if (width == 0) return kernel;
        kernel.forward.width = kernel.backward.width = width;
        kernel.forward.dst_blocks = kernel.backward.dst_blocks = dst_blocks;
        return kernel;
    }
};

/// What a kernel computes, and its slow twin.
struct ConvResults {
    std::vector<float> found;
    std::vector<double> expected;
};

template <ConvCase one>
class ConvCheck {
    static constexpr int images = 4;  ///< of the gradient of the weights, three of them in a slice
    const residua::detail::reference::ConvShape shape_{1, one.src, one.oc, one.window};

  public:
    std::vector<double> weight = float_values(shape_.weight_count(), 1);
    std::vector<double> bias = float_values(one.oc, 2);
    std::vector<double> src = float_values(shape_.src_count(), 3);
    std::vector<double> grad = float_values(shape_.dst_count(), 4);
    std::vector<double> sources = float_values(images * shape_.src_count(), 5);
    std::vector<double> grads = float_values(images * shape_.dst_count(), 6);

    ConvCheck()
        : packed_(
              static_cast<std::size_t>(residua::detail::packed_floats(one.layout(), one.dst(), one.window, kernel))),
          scratch_(
              static_cast<std::size_t>(residua::detail::transform_floats(one.layout(), one.dst(), one.window, kernel) +
                                       residua::detail::overhang)),
          conv_{one.layout(), one.dst(), one.window, kernel, packed_.data()} {
        std::ranges::fill(scratch_.span(), std::numeric_limits<float>::quiet_NaN());
    }

    ConvResults forward() {
        std::vector<double> expected(static_cast<std::size_t>(shape_.dst_count()));
        residua::detail::reference::conv_forward(shape_, src.data(), weight.data(), bias.data(), expected.data());
        TestMap from(one.layout(), src);
        TestMap to({one.dst()});
        clear_packed();
        const std::vector<float> weights(weight.begin(), weight.end());
        const std::vector<float> biases(bias.begin(), bias.end());
        for (int i = 0; i < conv_.pack_parts(); ++i) conv_.pack_forward(weights.data(), biases.data(), i);
        functions.forward(conv_, {from.view()}, {.maps = {to.view()}}, {scratch_.data()});
        return {to.planar(), expected};
    }

    /// Forward without a bias, with the sums that statistics need: the worst of the map and its channels' moments.
    double moments() {
        std::vector<double> expected(static_cast<std::size_t>(shape_.dst_count()));
        const std::vector<double> no_bias(static_cast<std::size_t>(one.oc), 0.0);
        residua::detail::reference::conv_forward(shape_, src.data(), weight.data(), no_bias.data(), expected.data());
        TestMap from(one.layout(), src);
        TestMap to({one.dst()});
        clear_packed();
        const std::vector<float> weights(weight.begin(), weight.end());
        for (int i = 0; i < conv_.pack_parts(); ++i) conv_.pack_forward(weights.data(), nullptr, i);
        const long channels = residua::detail::block_count(one.oc) * residua::detail::channel_block;
        residua::detail::Arena sums(static_cast<std::size_t>(3 * channels));
        std::ranges::fill(sums.span(), std::numeric_limits<float>::quiet_NaN());
        const residua::detail::ImageMoments moments{sums.data(), sums.data() + channels, sums.data() + 2 * channels};
        residua::detail::run_forward<with_moments>(conv_, {from.view()}, {{to.view()}, moments}, {scratch_.data()});
        const std::vector<float> found = to.planar();
        return std::max(difference(found, expected), moments_difference(found, moments));
    }

    ConvResults backward_src() {
        std::vector<double> expected(static_cast<std::size_t>(shape_.src_count()));
        residua::detail::reference::conv_backward_src(shape_, grad.data(), weight.data(), expected.data());
        TestMap from(conv_.grad(), grad);
        TestMap grad_src({one.src});
        clear_packed();
        const std::vector<float> weights(weight.begin(), weight.end());
        for (int i = 0; i < conv_.pack_parts(); ++i) conv_.pack_backward(weights.data(), i);
        residua::detail::run_backward_src<void, residua::detail::source_gradient(kernel, {})>(
            conv_, {from.view()}, {.maps = {grad_src.view()}}, {scratch_.data() + conv_.gradient_scratch()});
        return {grad_src.planar(), expected};
    }

    ConvResults backward_weight() {
        const residua::detail::reference::ConvShape both{images, one.src, one.oc, one.window};
        std::vector<double> expected(weight.size());
        residua::detail::reference::conv_backward_weight(both, sources.data(), grads.data(), expected.data());
        std::vector<float> found(weight.size(), std::numeric_limits<float>::quiet_NaN());
        if constexpr (kernel.whole_batch)
            whole_gradient(found.data());
        else
            gradient_by_slices(found.data());
        return {found, expected};
    }

  private:
    /// Against those of what was written.
    static double moments_difference(const std::vector<float>& written, const residua::detail::ImageMoments& moments) {
        const auto pixels = written.size() / static_cast<std::size_t>(one.oc);
        std::vector<double> expected;
        std::vector<float> found;
        for (std::size_t c = 0; c < static_cast<std::size_t>(one.oc); ++c) {
            const double pivot = written[c * pixels];
            double sum = 0;
            double squares = 0;
            for (std::size_t i = c * pixels; i < (c + 1) * pixels; ++i) {
                sum += written[i] - pivot;
                squares += (written[i] - pivot) * (written[i] - pivot);
            }
            expected.insert(expected.end(), {pivot, sum, squares});
            found.insert(found.end(), {moments.pivot[c], moments.sum[c], moments.squares[c]});
        }
        return difference(found, expected);
    }

    /// Whatever another convolution has left where the weights are packed.
    void clear_packed() { std::ranges::fill(packed_.span(), std::numeric_limits<float>::quiet_NaN()); }

    static std::vector<double> part(const std::vector<double>& all, int image) {
        const auto size = static_cast<std::ptrdiff_t>(all.size() / images);
        return {all.begin() + image * size, all.begin() + (image + 1) * size};
    }

    void gradient_by_slices(float* found) {
        using residua::detail::InSlice;
        residua::detail::Arena slices(static_cast<std::size_t>(2 * conv_.weight_floats()));
        std::ranges::fill(slices.span(), std::numeric_limits<float>::quiet_NaN());
        for (int image = 0; image < images; ++image) {
            TestMap from(one.layout(), part(sources, image));
            TestMap gradient(conv_.grad(), part(grads, image));
            functions.backward_weight(conv_, from.view(), gradient.view(),
                                      image == 0 ? InSlice{0, 1} : InSlice{image - 1, 3}, {scratch_.data()},
                                      slices.data() + (image > 0 ? 1 : 0) * conv_.weight_floats());
        }
        functions.reduce(conv_, slices.data(), conv_.weight_floats(), 2, 0, conv_.dst_blocks(), found);
    }

    void whole_gradient(float* found) {
        residua::detail::Arena collected(
            static_cast<std::size_t>(images * conv_.collected() + residua::detail::overhang));
        const residua::detail::Layout& layout = conv_.src();
        float* const first_grad = collected.data() + images * layout.count();
        for (int image = 0; image < images; ++image) {
            TestMap from(layout, part(sources, image));
            TestMap gradient(conv_.grad(), part(grads, image));
            functions.collect(conv_, from.view(), gradient.view(), image, images, nullptr, collected.data());
            if (kernel.algorithm != residua::Algorithm::direct) continue;
            std::copy_n(from.view().data, layout.count(), collected.data() + image * layout.count());
            std::copy_n(gradient.view().data, conv_.grad().count(), first_grad + image * conv_.grad().count());
        }
        for (int chunk = 0; chunk < conv_.gradient_chunks(); ++chunk)
            functions.whole_gradient(conv_,
                                     {.src = {collected.data(), layout},
                                      .grad = {first_grad, conv_.grad()},
                                      .src_image = layout.count(),
                                      .grad_image = conv_.grad().count(),
                                      .images = images},
                                     chunk, scratch_.data(), found);
    }

    static constexpr residua::detail::TrainingConv kernel = one.kernel();
    static constexpr residua::detail::TrainingConv with_moments = [] {
        residua::detail::TrainingConv conv = kernel;
        conv.bias = false;
        conv.moments = true;
        return conv;
    }();
    static constexpr residua::detail::ConvFunctions functions = residua::detail::conv_functions_of<kernel>();

    residua::detail::Arena packed_;
    residua::detail::Arena scratch_;
    residua::detail::BoundConv conv_;
};

inline double difference(const ConvResults& results) { return difference(results.found, results.expected); }

/// The bounds of docs/numerics.md.
constexpr double tolerance_of(residua::Algorithm algorithm) {
    if (algorithm == residua::Algorithm::direct) return 2e-6;
    return algorithm == residua::Algorithm::winograd2 ? 4e-6 : 2e-5;
}

template <ConvCase one>
void check_conv() {
    constexpr double tolerance = tolerance_of(one.kernel().algorithm);
    ConvCheck<one> check;
    INFO("src " << one.src.c << " x " << one.src.h << " x " << one.src.w << ", dst " << one.oc << ", kernel "
                << one.window.kernel_h << ", stride " << one.window.stride << ", padding " << one.window.padding
                << ", packed " << one.packed << ", width " << one.width);
    CHECK(difference(check.forward()) < tolerance);
    CHECK(difference(check.backward_src()) < tolerance);
    CHECK(difference(check.backward_weight()) < tolerance);
}

/// The same of the sums that a convolution forms while it writes.
template <ConvCase one>
void check_moments() {
    INFO("src " << one.src.c << " x " << one.src.h << " x " << one.src.w << ", dst " << one.oc);
    CHECK(ConvCheck<one>{}.moments() < tolerance_of(one.kernel().algorithm));
}

constexpr residua::detail::Window square(int kernel, int stride, int padding) {
    return {kernel, kernel, stride, padding};
}
