#include <memory>

#include "../support/repeat.hpp"
#include "candidates.hpp"
#include "maps.hpp"
#include <residua/op/conv/lower.hpp>
#include <residua/op/grouped_conv/run.hpp>

namespace {

using namespace residua;
using detail::Arena;
using detail::FastKernels;
using detail::GroupedConvOp;
using detail::Node;
using detail::Weighted;
using detail::WeightedPass;

constexpr Node node_of(const ConvShape& shape) {
    return {.op = detail::op_of<GroupedConvOp>, .shape = shape.dst, .window = shape.window, .setting = shape.groups};
}
constexpr WeightedPass pass_of(const ConvShape& shape) {
    return Weighted<GroupedConvOp>::of(node_of(shape), shape.src);
}

/// A convolution whose maps have the frames that networks give them.
template <int choice>
class OneGroupedConv {
  public:
    OneGroupedConv(const ConvShape& shape, Direction direction, int batch)
        : direction_{direction},
          batch_{batch},
          node_{node_of(shape)},
          packed_(static_cast<std::size_t>(pass_of(shape).packed)),
          scratch_(static_cast<std::size_t>(pass_of(shape).scratch + detail::overhang)),
          sums_(static_cast<std::size_t>(pass_of(shape).sums)),
          src_{{shape.src, shape.window.padding}, batch},
          dst_{{shape.dst}, batch},
          grad_{detail::gradient_layout(shape.dst, shape.window), batch},
          grad_src_{{shape.src}, batch} {
        const std::vector<float> weights =
            random_values(shape.dst.c * shape.src.c / shape.groups * shape.window.taps());
        if (direction == Direction::forward) Kernels::pack_forward(node_, shape.src, weights.data(), nullptr, packed());
        if (direction == Direction::backward_src) Kernels::pack_backward(node_, shape.src, weights.data(), packed());
    }

    void run() {
        for (int i = 0; i < batch_; ++i) {
            if (direction_ == Direction::forward)
                Kernels::forward(node_, packed(), src_[i], dst_[i], 0, node_.shape.h,
                                 detail::Unfinished<false>{node_.shape.c}, scratch_.data());
            else if (direction_ == Direction::backward_src)
                Kernels::backward(node_, packed(), grad_[i], grad_src_[i], scratch_.data());
            else
                Kernels::backward_weight(node_, src_[i], grad_[i], i == 0, sums_.data(), scratch_.data());
        }
    }

  private:
    using Kernels = FastKernels<GroupedConvOp, choice>;

    float* packed() { return packed_.data(); }

    Direction direction_;
    int batch_;
    Node node_;
    Arena packed_;
    Arena scratch_;
    Arena sums_;
    Maps src_;
    Maps dst_;
    Maps grad_;
    Maps grad_src_;
};

template <int position>
bool add_if(std::vector<Candidate>& candidates, const ConvShape& shape, Direction direction, int batch) {
    constexpr ConvShape known = layer::grouped_shapes[static_cast<std::size_t>(position)];
    if (known != shape) return false;
    const auto conv = std::make_shared<OneGroupedConv<pass_of(known).choice>>(shape, direction, batch);
    candidates.push_back({"grouped", [=] { conv->run(); }});
    return true;
}

}  // namespace

std::vector<Candidate> grouped_candidates(const ConvShape& shape, Direction direction, int batch) {
    std::vector<Candidate> candidates;
    [&]<int... positions>(std::integer_sequence<int, positions...>) {
        (add_if<positions>(candidates, shape, direction, batch) || ...);
    }
    (std::make_integer_sequence<int, static_cast<int>(layer::grouped_shapes.size())>{});
    return candidates;
}
