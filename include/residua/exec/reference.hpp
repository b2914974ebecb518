#pragma once

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <residua/kernel/reference/bn.hpp>
#include <residua/kernel/reference/conv.hpp>
#include <residua/kernel/reference/elementwise.hpp>
#include <residua/kernel/reference/pool.hpp>
#include <residua/kernel/reference/shortcut_a.hpp>
#include <residua/layer/bn.hpp>
#include <residua/meta/list.hpp>
#include <residua/on_error.hpp>
#include <residua/plan/parameters.hpp>
#include <residua/shape/activations.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Calls `visit(activation)` with a value of the type that stands at position `which` of the list.
template <class Activations, class Visit, int... i>
void visit_activation([[maybe_unused]] int which, [[maybe_unused]] Visit visit, std::integer_sequence<int, i...>) {
    ((which == i ? visit(meta::At<Activations, i>{}) : void()), ...);
}

/// Runs a network node by node with the kernels of kernel/reference, nothing fused, every map kept: slow, and simple
/// enough to be taken for the truth. T is float or double. Maps are planar, [image][channel][row][column].
/// Allocates in every call. An object belongs to one thread at a time.
template <class Net, class T>
class ReferenceNetwork {
  public:
    /// Slopes of a sum over the outputs, weighted as `backward` was told.
    struct Gradients {
        std::vector<T> parameters;  ///< parameter_count<Net> values, at the offsets of `parameters<Net>`
        std::vector<T> images;      ///< as the images
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
        expect("values of the images", n * graph.input_shape().count(), images.size());
        n_ = n;
        training_ = training;
        maps_[0].assign(images.begin(), images.end());
        for (int i = 1; i < nodes; ++i) {
            map(i).assign(size(i), T(0));
            forward_node(i);
        }
        return maps_.back();
    }

    /// Gradients of the sum of grad_output * output over the last run. Throws std::invalid_argument for another number
    /// of values than the output has, std::runtime_error if the last run was none in training mode.
    [[nodiscard]] Gradients backward(std::span<const T> grad_output) {
        if (!training_)
            detail::raise(
                std::runtime_error("backward: expected a forward run in training mode before it, found none"));
        expect("values of the output's gradient", n_ * graph.output_shape().count(), grad_output.size());
        Gradients gradients{std::vector<T>(static_cast<std::size_t>(parameter_count<Net>)), {}};
        std::vector<std::vector<T>> grads(maps_.size());
        for (int i = 0; i < nodes; ++i) grads[index(i)].assign(size(i), T(0));
        grads.back().assign(grad_output.begin(), grad_output.end());
        for (int i = nodes - 1; i > 0; --i) {
            const std::vector<T> grad_src = backward_node(i, grads[index(i)].data(), gradients.parameters.data());
            accumulate(grad_src, grads[index(graph[i].src)]);
            if (graph[i].op == Op::add) accumulate(grad_src, grads[index(graph[i].other)]);
        }
        gradients.images = std::move(grads.front());
        return gradients;
    }

  private:
    static constexpr const auto& graph = graph_of<Net>;
    static constexpr int nodes = graph_of<Net>.count();
    static constexpr T epsilon = static_cast<T>(bn_epsilon);
    static constexpr T momentum = static_cast<T>(bn_momentum);

    [[noreturn]] static void fail(const std::string& what, const std::string& expected, const std::string& found) {
        detail::raise(
            std::invalid_argument("ReferenceNetwork: " + what + ": expected " + expected + ", found " + found));
    }
    static void expect(const std::string& what, long expected, std::size_t found) {
        if (static_cast<std::size_t>(expected) != found) fail(what, std::to_string(expected), std::to_string(found));
    }

    static constexpr std::size_t index(int node) { return static_cast<std::size_t>(node); }
    static constexpr Chw src_shape(int i) { return graph[graph[i].src].shape; }
    static constexpr const Offsets& offsets(int i) { return offsets_of<Net>[i]; }
    static constexpr reference::ConvShape conv_shape(int n, int i) {
        return {n, src_shape(i), graph[i].shape.c, graph[i].window};
    }
    static void accumulate(const std::vector<T>& grad, std::vector<T>& sum) {
        reference::accumulate(static_cast<long>(grad.size()), grad.data(), sum.data());
    }
    template <class Visit>
    static void visit_activation(int i, Visit visit) {
        using Activations = ActivationsOf<Net>;
        detail::visit_activation<Activations>(graph[i].activation, visit,
                                              std::make_integer_sequence<int, meta::length<Activations>>{});
    }

    [[nodiscard]] long count(int i) const { return n_ * graph[i].shape.count(); }
    [[nodiscard]] std::size_t size(int i) const { return static_cast<std::size_t>(count(i)); }
    std::vector<T>& map(int i) { return maps_[index(i)]; }
    const T* src(int i) { return map(graph[i].src).data(); }
    T* at(long offset) { return offset < 0 ? nullptr : weights_.data() + offset; }

    void forward_node(int i) {
        const Node& node = graph[i];
        T* const dst = map(i).data();
        switch (node.op) {
            case Op::input:
                break;
            case Op::conv:
            case Op::linear:
                reference::conv_forward(conv_shape(n_, i), src(i), at(offsets(i).weight), at(offsets(i).bias), dst);
                break;
            case Op::bn:
                forward_bn(i, dst);
                break;
            case Op::activation:
                visit_activation(i, [&](auto activation) {
                    reference::activation_forward<decltype(activation)::expression>(count(i), src(i), dst);
                });
                break;
            case Op::add:
                reference::add(count(i), src(i), map(node.other).data(), dst);
                break;
            case Op::shortcut_a:
                reference::shortcut_a_forward(n_, src_shape(i), node.shape.c, node.window.stride, src(i), dst);
                break;
            case Op::max_pool:
                reference::max_pool_forward(n_, src_shape(i), node.window, src(i), dst);
                break;
            case Op::avg_pool:
                reference::avg_pool_forward(n_, src_shape(i), node.window, src(i), dst);
                break;
        }
    }

    void forward_bn(int i, T* dst) {
        const Offsets& at_node = offsets(i);
        const Chw shape = graph[i].shape;
        const T* mean = at(at_node.running_mean);
        const T* variance = at(at_node.running_var);
        if (training_) {
            update_statistics(i);
            mean = mean_[index(i)].data();
            variance = variance_[index(i)].data();
        }
        reference::bn_forward(n_, shape, epsilon, src(i), mean, variance, at(at_node.weight), at(at_node.bias), dst);
    }

    void update_statistics(int i) {
        const Chw shape = graph[i].shape;
        const long values = n_ * reference::plane(shape);
        if (values < 2) fail("values per channel of a BN in training", "at least 2", std::to_string(values));
        std::vector<T>& mean = mean_[index(i)];
        std::vector<T>& variance = variance_[index(i)];
        mean.resize(static_cast<std::size_t>(shape.c));
        variance.resize(mean.size());
        reference::bn_statistics(n_, shape, src(i), mean.data(), variance.data());
        reference::bn_update_running(shape.c, values, momentum, mean.data(), variance.data(),
                                     at(offsets(i).running_mean), at(offsets(i).running_var));
    }

    /// Returns the gradient of the node's source (of both, for an addition), and writes those of its parameters.
    std::vector<T> backward_node(int i, const T* grad_dst, T* grad_parameters) {
        const Node& node = graph[i];
        std::vector<T> grad(size(node.src));
        T* const grad_src = grad.data();
        switch (node.op) {
            case Op::input:
                break;
            case Op::conv:
            case Op::linear:
                backward_conv(i, grad_dst, grad_src, grad_parameters);
                break;
            case Op::bn:
                reference::bn_backward(n_, node.shape, epsilon, src(i), mean_[index(i)].data(),
                                       variance_[index(i)].data(), at(offsets(i).weight), grad_dst, grad_src,
                                       grad_parameters + offsets(i).weight, grad_parameters + offsets(i).bias);
                break;
            case Op::activation:
                visit_activation(i, [&](auto activation) {
                    reference::activation_backward<decltype(activation)::expression>(count(i), src(i), grad_dst,
                                                                                     grad_src);
                });
                break;
            case Op::add:
                grad.assign(grad_dst, grad_dst + count(i));
                break;
            case Op::shortcut_a:
                reference::shortcut_a_backward(n_, src_shape(i), node.shape.c, node.window.stride, grad_dst, grad_src);
                break;
            case Op::max_pool:
                reference::max_pool_backward(n_, src_shape(i), node.window, src(i), grad_dst, grad_src);
                break;
            case Op::avg_pool:
                reference::avg_pool_backward(n_, src_shape(i), node.window, grad_dst, grad_src);
                break;
        }
        return grad;
    }

    void backward_conv(int i, const T* grad_dst, T* grad_src, T* grad_parameters) {
        const reference::ConvShape shape = conv_shape(n_, i);
        reference::conv_backward_src(shape, grad_dst, at(offsets(i).weight), grad_src);
        reference::conv_backward_weight(shape, src(i), grad_dst, grad_parameters + offsets(i).weight);
        if (graph[i].bias) reference::conv_backward_bias(shape, grad_dst, grad_parameters + offsets(i).bias);
    }

    std::vector<T> weights_;
    std::vector<std::vector<T>> maps_{index(nodes)};      ///< outputs of the nodes
    std::vector<std::vector<T>> mean_{index(nodes)};      ///< of the last batch, for BN nodes
    std::vector<std::vector<T>> variance_{index(nodes)};  ///< biased
    int n_ = 0;
    bool training_ = false;
};

}  // namespace residua::detail::inline RESIDUA_ISA
