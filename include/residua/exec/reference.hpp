#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <residua/graph/activations.hpp>
#include <residua/kernel/reference/elementwise.hpp>
#include <residua/on_error.hpp>
#include <residua/op/references.hpp>
#include <residua/op/visit.hpp>
#include <residua/plan/parameters.hpp>
#include <residua/plan/smallest_batch.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Runs a network node by node with the kernels of kernel/reference, nothing fused, every map kept: slow, and simple
/// enough to be taken for the truth. T is float or double. Maps are planar, [image][channel][row][column].
/// Allocates in every call. An object belongs to one thread at a time.
template <class Net, class T>
class ReferenceNetwork {
  public:
    /// Slopes of a sum over the outputs, weighted as `backward` was told.
    struct Gradients {
        std::vector<T> parameters;           ///< parameter_count<Net> values, at the offsets of `parameters<Net>`
        std::vector<T> images;               ///< as the images
        std::vector<std::vector<T>> values;  ///< of the results of all nodes, by node
    };

    /// Copies the weights, each at the offset that `parameters<Net>` gives it. Throws std::invalid_argument unless
    /// there are weight_count<Net>.
    explicit ReferenceNetwork(std::span<const T> weights) : weights_(weights.begin(), weights.end()) {
        expect("weights", weight_count<Net>, weights.size());
    }

    /// The weights at present: training runs move the running statistics. They may be changed between runs, not between
    /// `forward` and its `backward`.
    [[nodiscard]] std::span<T> weights() { return weights_; }
    [[nodiscard]] std::span<const T> weights() const { return weights_; }

    /// Outputs of `n` images, n x output_shape; valid until the next call. When training, BN normalises with the
    /// batch's statistics and updates the running ones, else it uses the running ones. Throws std::invalid_argument for
    /// another number of values, for no image, and when training with a single value per channel in a BN.
    std::span<const T> forward(std::span<const T> images, int n, bool training) {
        if (n < 1) fail("images", "at least 1", std::to_string(n));
        if (training && n < smallest_batch<Net>) fail("values per channel of a BN in training", "at least 2", "1");
        expect("values of the images", n * graph.input_shape().count(), images.size());
        n_ = n;
        training_ = training;
        maps_[0].assign(images.begin(), images.end());
        for (NodeNumber i{1}; i < graph.behind(); ++i) {
            map(i).assign(size(i), T(0));
            visit_operation(graph[i].op, [&]<class Descriptor>(meta::Type<Descriptor>) {
                SlowKernels<Descriptor>::template forward<ActivationsOf<Net>>(reference_node(i), map(i).data());
            });
        }
        return map(graph.output().node);
    }

    /// Gradients of the sum of grad_output * output over the last run. Throws std::invalid_argument for another number
    /// of values than the output has, std::runtime_error if the last run was none in training mode.
    [[nodiscard]] Gradients backward(std::span<const T> grad_output) {
        if (!training_)
            detail::raise(
                std::runtime_error("backward: expected a forward run in training mode before it, found none"));
        expect("values of the output's gradient", n_ * graph.output_shape().count(), grad_output.size());
        Gradients gradients{std::vector<T>(static_cast<std::size_t>(parameter_count<Net>)), {}, {}};
        std::vector<std::vector<T>> grads(maps_.size());
        for (NodeNumber i{}; i < NodeNumber{nodes}; ++i) grads[index(i)].assign(size(i), T(0));
        grads[index(graph.output().node)].assign(grad_output.begin(), grad_output.end());
        for (NodeNumber i = graph.behind() - 1; i != NodeNumber{}; --i) {
            std::vector<std::vector<T>> grad_src(index(graph[i].source_count));
            ReferenceGradients<T> to{.dst = grads[index(i)].data(),
                                     .parameters = parameters_in(gradients.parameters, i)};
            const NodeNumbers sources = graph.sources(i);
            for (int k = 0; k < sources.count; ++k) {
                grad_src[index(k)].assign(size(sources[k]), T(0));
                to.src.push_back(grad_src[index(k)].data());
            }
            visit_operation(graph[i].op, [&]<class Descriptor>(meta::Type<Descriptor>) {
                SlowKernels<Descriptor>::template backward<ActivationsOf<Net>>(reference_node(i), to);
            });
            for (int k = 0; k < sources.count; ++k) accumulate(grad_src[index(k)], grads[index(sources[k])]);
        }
        gradients.images = grads.front();
        gradients.values = std::move(grads);
        return gradients;
    }

  private:
    static constexpr const auto& graph = graph_of<Net>;
    static constexpr int nodes = graph_of<Net>.count();

    [[noreturn]] static void fail(const std::string& what, const std::string& expected, const std::string& found) {
        detail::raise(
            std::invalid_argument("ReferenceNetwork: " + what + ": expected " + expected + ", found " + found));
    }
    static void expect(const std::string& what, long expected, std::size_t found) {
        if (static_cast<std::size_t>(expected) != found) fail(what, std::to_string(expected), std::to_string(found));
    }

    static void accumulate(const std::vector<T>& grad, std::vector<T>& sum) {
        reference::accumulate(static_cast<long>(grad.size()), grad.data(), sum.data());
    }

    [[nodiscard]] long count(NodeNumber i) const { return n_ * graph[i].shape.count(); }
    [[nodiscard]] std::size_t size(NodeNumber i) const { return static_cast<std::size_t>(count(i)); }
    std::vector<T>& map(NodeNumber i) { return maps_[index(i)]; }

    /// A node's part, by Member, of values that lie as the weights do; null where it has none.
    static std::array<T*, member_count> parameters_in(std::vector<T>& values, NodeNumber i) {
        const Offsets& at = offsets_of<Net>[i];
        std::array<T*, member_count> parts{};
        const std::array<long, member_count> offsets{at.weight, at.bias, at.running_mean, at.running_var};
        for (std::size_t k = 0; k < parts.size(); ++k)
            if (offsets[k] >= 0 && offsets[k] < static_cast<long>(values.size())) parts[k] = values.data() + offsets[k];
        return parts;
    }

    ReferenceNode<T> reference_node(NodeNumber i) {
        ReferenceNode<T> at{.node = graph[i],
                            .images = n_,
                            .training = training_,
                            .parameters = parameters_in(weights_, i),
                            .kept = kept_[index(i)]};
        for (const NodeNumber source : graph.sources(i)) {
            at.src.push_back(map(source).data());
            at.src_shapes.push_back(graph[source].shape);
        }
        return at;
    }

    std::vector<T> weights_;
    std::vector<std::vector<T>> maps_{index(nodes)};  ///< outputs of the nodes
    std::vector<std::vector<T>> kept_{index(nodes)};  ///< what the way forward leaves for the way back, by node
    int n_ = 0;
    bool training_ = false;
};

}  // namespace residua::detail::inline RESIDUA_ISA
