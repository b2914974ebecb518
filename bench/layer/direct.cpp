#include <memory>

#include "../support/repeat.hpp"
#include "candidates.hpp"
#include <residua/exec/arena.hpp>
#include <residua/exec/bound_conv.hpp>
#include <residua/exec/run_training.hpp>
#include <residua/kernel/simd/border.hpp>
#include <residua/plan/workspace.hpp>

namespace {

using namespace residua;

constexpr detail::TrainingConv kernel_of(const ConvShape& shape) {
    return {detail::forward_tiling(shape.layout(), shape.dst, shape.window),
            detail::backward_tiling(shape.src, shape.window), false};
}

/// What the plans would choose, by position in layer::shapes.
constexpr auto kernels = [] {
    detail::Distinct<detail::TrainingConv, layer::shapes.values.size()> found;
    for (int i = 0; i < layer::shapes.count; ++i)
        found.add(i, kernel_of(layer::shapes.values[static_cast<std::size_t>(i)]));
    return found;
}();

template <int... indices>
constexpr auto list_functions(std::integer_sequence<int, indices...>) {
    return std::array{detail::conv_functions_of<kernels.values[static_cast<std::size_t>(indices)]>()...};
}

/// By position in kernels.
constexpr auto functions = list_functions(std::make_integer_sequence<int, kernels.count>{});

/// One batch's maps of the same layout, filled with random values.
class Maps {
  public:
    Maps(const Layout& layout, int count)
        : layout_{layout}, floats_(static_cast<std::size_t>(count * layout.count() + overhang)) {
        const std::vector<float> values = random_values(layout.shape.count());
        for (int i = 0; i < count; ++i) load_planar(values.data(), (*this)[i]);
    }
    MapView<float> operator[](int i) { return {floats_.data() + i * layout_.count(), layout_}; }

  private:
    Layout layout_;
    Arena floats_;
};

class DirectConv {
  public:
    DirectConv(const ConvShape& shape, int batch)
        : batch_{batch},
          functions_{functions[static_cast<std::size_t>(position(shape))]},
          packed_(static_cast<std::size_t>(detail::forward_weight_floats(shape.layout(), shape.dst, shape.window) +
                                           detail::backward_weight_floats(shape.src, shape.dst, shape.window))),
          conv_{shape.layout(), shape.dst, shape.window, kernel_of(shape), packed_.data()},
          src_{conv_.src(), batch},
          dst_{{shape.dst}, batch},
          grad_{conv_.grad(), batch},
          grad_src_{{shape.src}, batch},
          grad_weight_(static_cast<std::size_t>(conv_.weight_floats())) {
        conv_.pack(random_values(1L * shape.dst.c * shape.src.c * shape.window.taps()).data(), nullptr);
    }

    void run(Direction direction) {
        if (direction == Direction::backward_weight) std::ranges::fill(grad_weight_.span(), 0.0f);
        for (int i = 0; i < batch_; ++i) {
            if (direction == Direction::forward)
                functions_.forward(conv_.forward(src_[i], dst_[i]), conv_.bias());
            else if (direction == Direction::backward_src)
                conv_.backward_src(grad_[i], grad_src_[i], functions_.backward_src);
            else
                functions_.backward_weight(conv_.backward_weight(src_[i], grad_[i], grad_weight_.data()));
        }
    }

  private:
    static int position(const ConvShape& shape) {
        const auto& values = layer::shapes.values;
        return kernels.of[static_cast<std::size_t>(std::ranges::find(values, shape) - values.begin())];
    }

    int batch_;
    detail::ConvFunctions functions_;
    Arena packed_;
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
    const auto direct = std::make_shared<DirectConv>(shape, batch);
    return {{"direct", [=] { direct->run(direction); }}};
}
