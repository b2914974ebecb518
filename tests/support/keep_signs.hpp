#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include <residua/exec/weights.hpp>
#include <residua/kernel/reference/bn.hpp>
#include <residua/kernel/reference/conv.hpp>
#include <residua/kernel/reference/elementwise.hpp>
#include <residua/kernel/reference/pool.hpp>
#include <residua/layer/bn.hpp>

/// \file
/// Where a rectifier's input is nearly zero, float and double may disagree about its sign; one such pixel among
/// millions changes gradients by a hundredth and more. Networks of BN can be spared that: a bias moved a little puts
/// zero into a wide gap between the values of its channel. docs/scripts/torch_imagenet.py does the same.

/// Moves the biases of a ResNet so that no rectifier's input is near zero in a training step on `n` images.
template <class Net>
class SignKeeper {
  public:
    static void keep(residua::Weights<Net>& weights, std::span<const float> images, int n) {
        SignKeeper keeper{weights, n};
        keeper.maps_[0].assign(images.begin(), images.end());
        for (NodeNumber i{1}; graph[i].op != residua::detail::op_of<residua::detail::AvgPoolOp>; ++i) keeper.run(i);
    }

  private:
    using Values = std::vector<double>;
    using NodeNumber = residua::detail::NodeNumber;
    static constexpr const auto& graph = residua::graph_of<Net>;
    static constexpr double reach = 0.25;  ///< the longest way of a bias

    SignKeeper(residua::Weights<Net>& weights, int n)
        : weights_{weights}, values_(weights.all().begin(), weights.all().end()), n_{n} {}

    static std::size_t index(long i) { return static_cast<std::size_t>(i); }
    Values& map(NodeNumber node) { return maps_[residua::detail::index(node)]; }
    const double* src(NodeNumber node) { return map(graph.source(node)).data(); }

    void run(NodeNumber i) {
        using namespace residua;
        using namespace residua::detail;
        const Node& node = graph[i];
        const Chw src_shape = graph.source_shape(i);
        map(i).resize(index(n_ * node.shape.count()));
        double* const dst = map(i).data();
        if (node.op == op_of<ConvOp>)
            reference::conv_forward<double>({n_, src_shape, node.shape.c, node.window}, src(i),
                                            &values_[index(at(i).weight)], nullptr, dst);
        if (node.op == op_of<BnOp>) run_bn(i, dst);
        if (node.op == op_of<AddOp>)
            reference::add(n_ * node.shape.count(), src(i), map(graph.sources(i)[1]).data(), dst);
        if (node.op == op_of<ActivationOp>)
            std::ranges::transform(map(graph.source(i)), dst, [](double z) { return std::max(z, 0.0); });
        if (node.op == op_of<MaxPoolOp>) reference::max_pool_forward(n_, src_shape, node.window, src(i), dst);
        if (graph[i + 1].op == op_of<ActivationOp>) move_from_zero(i);
    }

    void run_bn(NodeNumber i, double* dst) {
        using namespace residua;
        using namespace residua::detail;
        const Chw shape = graph[i].shape;
        Values mean(index(shape.c));
        Values variance(mean.size());
        reference::bn_statistics(n_, shape, src(i), mean.data(), variance.data());
        reference::bn_forward(n_, shape, bn_epsilon, src(i), mean.data(), variance.data(),
                              &values_[index(at(i).weight)], &values_[index(at(i).bias)], dst);
        bias_ = at(i).bias;
    }

    /// The BN that ran last adds its bias to this map, on whichever branch it lies.
    void move_from_zero(NodeNumber i) {
        const residua::Chw shape = graph[i].shape;
        for (int c = 0; c < shape.c; ++c) {
            Values sorted{-reach, reach};
            const auto for_each = [&](auto visit) {
                residua::detail::reference::for_each_of_channel(n_, shape, c, [&](long k) { visit(map(i)[index(k)]); });
            };
            for_each([&](double z) { sorted.push_back(std::clamp(z, -reach, reach)); });
            std::ranges::sort(sorted);
            std::size_t widest = 1;
            for (std::size_t k = 1; k < sorted.size(); ++k)
                if (sorted[k] - sorted[k - 1] > sorted[widest] - sorted[widest - 1]) widest = k;
            float& bias = weights_.all()[index(bias_ + c)];
            const float old = bias;
            bias = static_cast<float>(old - (sorted[widest] + sorted[widest - 1]) / 2);
            for_each([&](double& z) { z += double{bias} - old; });
        }
    }

    static const residua::detail::Offsets& at(NodeNumber node) { return residua::detail::offsets_of<Net>[node]; }

    residua::Weights<Net>& weights_;
    Values values_;  ///< the weights; biases that were moved are not needed again
    int n_;
    std::vector<Values> maps_{index(graph.count())};
    long bias_ = 0;  ///< of the BN that ran last
};
