#include <memory>

#include "../support/repeat.hpp"
#include "candidates.hpp"
#include "maps.hpp"
#include <residua/exec/arena.hpp>
#include <residua/kernel/simd/border.hpp>
#include <residua/lower/workspace.hpp>
#include <residua/op/conv/run_bound.hpp>
#include <residua/op/conv/run_training.hpp>

namespace {

using namespace residua;
using namespace residua::detail;

/// The algorithms by which a shape is measured.
constexpr std::array algorithms{Algorithm::direct, Algorithm::winograd2, Algorithm::winograd4};
constexpr std::array names{"direct", "winograd2", "winograd4"};

constexpr detail::TrainingConv kernel_of(const ConvShape& shape, Algorithm algorithm) {
    return detail::training_conv(shape.layout(), shape.dst, shape.window, false, algorithm);
}

constexpr long shape_weights(const ConvShape& shape) { return 1L * shape.src.c * shape.dst.c * shape.window.taps(); }

/// The kernels by shape and algorithm: entry 3 i + a for position i in layer::shapes and position a in algorithms. One
/// that does not fit a shape, or is not worth its while, has the entry of the one before it.
constexpr auto kernels = [] {
    detail::Distinct<detail::TrainingConv, algorithms.size() * layer::shapes.values.size()> found;
    for (int i = 0; i < layer::shapes.count; ++i)
        for (int a = 0; a < static_cast<int>(algorithms.size()); ++a)
            found.add(3 * i + a, kernel_of(layer::shapes.values[static_cast<std::size_t>(i)],
                                           algorithms[static_cast<std::size_t>(a)]));
    return found;
}();

template <int... indices>
constexpr auto list_functions(std::integer_sequence<int, indices...>) {
    return std::array{detail::conv_functions_of<kernels.values[indices]>()...};
}

template <int... indices>
constexpr auto list_backward_src_functions(std::integer_sequence<int, indices...>) {
    return std::array<detail::SourceGradientFunction, sizeof...(indices)>{
        detail::run_backward_src<void, detail::source_gradient(kernels.values[indices], {})>...};
}

/// By position in kernels.
constexpr auto functions = list_functions(std::make_integer_sequence<int, kernels.count>{});
constexpr auto backward_src_functions = list_backward_src_functions(std::make_integer_sequence<int, kernels.count>{});

class OneConv {
  public:
    OneConv(const ConvShape& shape, int kernel, Direction direction, int batch)
        : direction_{direction},
          batch_{batch},
          functions_{functions[static_cast<std::size_t>(kernel)]},
          backward_src_{backward_src_functions[static_cast<std::size_t>(kernel)]},
          kernel_{kernels.values[kernel]},
          packed_(static_cast<std::size_t>(detail::packed_floats(shape.layout(), shape.dst, shape.window, kernel_))),
          scratch_(static_cast<std::size_t>(detail::transform_floats(shape.layout(), shape.dst, shape.window, kernel_) +
                                            overhang)),
          collected_(static_cast<std::size_t>(
              batch * detail::collected_floats(shape.layout(), shape.dst, shape.window, kernel_))),
          conv_{shape.layout(), shape.dst, shape.window, kernel_, packed_.data()},
          src_{conv_.src(), batch},
          dst_{{shape.dst}, batch},
          grad_{conv_.grad(), batch},
          grad_src_{{shape.src}, batch},
          grad_weight_(static_cast<std::size_t>(std::max(conv_.weight_floats(), shape_weights(shape)))) {
        const std::vector<float> weights = random_values(shape_weights(shape));
        for (int part = 0; part < conv_.pack_parts(); ++part) {
            if (direction == Direction::forward) conv_.pack_forward(weights.data(), nullptr, part);
            if (direction == Direction::backward_src) conv_.pack_backward(weights.data(), part);
        }
    }

    void run() {
        const int together = direction_ == Direction::backward_weight ? 1 : conv_.together();
        for (int i = 0; i < batch_; i += together) {
            const int count = std::min(together, batch_ - i);
            if (direction_ == Direction::forward)
                functions_.forward(conv_, src_.from(i, count), {.maps = dst_.from(i, count)}, {scratch_.data()});
            else if (direction_ == Direction::backward_src)
                backward_src_(conv_, grad_.from(i, count), {.maps = grad_src_.from(i, count)}, {scratch_.data()});
            else if (!kernel_.whole_batch)
                functions_.backward_weight(conv_, src_[i], grad_[i], {i, batch_}, {scratch_.data()},
                                           grad_weight_.data());
            else
                functions_.collect(conv_, src_[i], grad_[i], i, batch_, nullptr, collected_.data());
        }
        if (direction_ == Direction::backward_weight && kernel_.whole_batch) whole_gradient();
    }

  private:
    /// Sources and gradients of a direct convolution are where they are.
    void whole_gradient() {
        detail::Collected collected{.src = src_[0],
                                    .grad = grad_[0],
                                    .src_image = conv_.src().count(),
                                    .grad_image = conv_.grad().count(),
                                    .images = batch_};
        if (kernel_.algorithm != Algorithm::direct) collected.src = {collected_.data(), conv_.src()};
        for (int chunk = 0; chunk < conv_.gradient_chunks(); ++chunk)
            functions_.whole_gradient(conv_, collected, chunk, scratch_.data(), grad_weight_.data());
    }

    Direction direction_;
    int batch_;
    detail::ConvFunctions functions_;
    detail::SourceGradientFunction backward_src_;
    detail::TrainingConv kernel_;
    Arena packed_;
    Arena scratch_;
    Arena collected_;
    detail::BoundConv conv_;
    Maps src_;
    Maps dst_;
    Maps grad_;
    Maps grad_src_;
    Arena grad_weight_;
};

}  // namespace

std::vector<Candidate> residua_candidates(const ConvShape& shape, Direction direction, int batch) {
    if (direction == Direction::backward_src && shape.layout().packed) return {};
    const auto& values = layer::shapes.values;
    const auto first = 3 * static_cast<int>(std::ranges::find(values, shape) - values.begin());
    std::vector<Candidate> candidates;
    for (std::size_t a = 0; a < algorithms.size(); ++a) {
        const int kernel = kernels.of[first + static_cast<int>(a)];
        if (kernels.values[kernel].algorithm != algorithms[a]) continue;
        const auto conv = std::make_shared<OneConv>(shape, kernel, direction, batch);
        candidates.push_back({names[a], [=] { conv->run(); }});
    }
    return candidates;
}
