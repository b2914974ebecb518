#pragma once

#include <algorithm>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <residua/exec/parallel.hpp>
#include <residua/exec/training_backward.hpp>
#include <residua/exec/training_forward.hpp>
#include <residua/exec/workspace.hpp>
#include <residua/on_error.hpp>
#include <residua/plan/smallest_batch.hpp>

namespace residua::inline RESIDUA_ISA {

/// Training: `forward` runs a batch with its own statistics, `backward` gives the gradient of every trained parameter.
/// The batch is cut into a fixed number of slices; each pass over memory takes one image after another through
/// everything that is fused into it, while the image is in the cache of one core. Sums over images are added slice by
/// slice in a fixed order, so results have the same bits for any number of threads. Besides, `backward` gives the
/// gradients of the values that are named; without names there is nothing for them in plan and memory.
template <class Net, FixedString... names>
class Workspace<Net, Training, WithRespectTo<names...>> {
  public:
    /// For up to `batch` images. \throws std::invalid_argument if batch or threads are less than 1.
    explicit Workspace(int batch, int threads = 1)
        : team_{threads, std::max(Forward::phases, Backward::phases)}, memory_{checked(batch), threads} {}

    [[nodiscard]] int batch() const { return memory_.batch(); }
    [[nodiscard]] int threads() const { return team_.threads(); }
    /// Bytes of the arena: workspace_bytes<Net, Training, Batch<batch>, Threads<threads>, WithRespectTo<names...>>.
    [[nodiscard]] long bytes() const { return static_cast<long>(memory_.floats() * sizeof(float)); }

    /// Runs `count` planar images (count x c x h x w) through the network in training mode and moves the running
    /// statistics in `weights`. Returns count x outputs, valid until the next call. Allocates nothing. \throws
    /// std::invalid_argument if there are no or too many images, or the span has another size.
    std::span<const float> forward(Weights<Net>& weights, std::span<const float> images, int count) {
        check(images, count);
        if (images.data() != memory_.input()) std::ranges::copy(images, memory_.input());
        memory_.set_count(count);
        weights_ = weights.all().data();
        Forward passes{memory_};
        team_.run(
            Forward::phases, [&](int phase) { return passes.chunks(phase); },
            [&](int phase, int chunk, int slot) { passes.run(weights.all().data(), phase, chunk, slot); });
        return outputs();
    }

    /// The same for an xtensor expression of shape (N, c, h, w); the outputs as an xtensor view of shape (N, outputs).
    template <class Images>
    auto forward(Weights<Net>& weights, const Images& images) {
        constexpr Chw in = input_shape<Net>;
        const std::array<std::size_t, 4> shape{0, static_cast<std::size_t>(in.c), static_cast<std::size_t>(in.h),
                                               static_cast<std::size_t>(in.w)};
        const std::size_t count = copy_from(images, this->images(), shape, "images");
        const auto out = forward(weights, this->images().first(count * static_cast<std::size_t>(Sizes::input)),
                                 static_cast<int>(count));
        return as_xtensor(out.data(), std::array<std::size_t, 2>{count, static_cast<std::size_t>(Sizes::output)});
    }

    /// Room for batch() images, which `forward` copies its images to. It does not copy those that lie here.
    [[nodiscard]] std::span<float> images() {
        return {memory_.input(), static_cast<std::size_t>(batch() * Sizes::input)};
    }
    /// The outputs of the last forward run, count x outputs.
    [[nodiscard]] std::span<const float> outputs() const {
        return {memory_.output(), static_cast<std::size_t>(memory_.count() * Sizes::output)};
    }
    /// Where the gradient of the loss with respect to the outputs goes before `backward`.
    [[nodiscard]] std::span<float> output_gradient() {
        return {memory_.output_gradient(), static_cast<std::size_t>(memory_.count() * Sizes::output)};
    }

    /// Gradients of all trained parameters from output_gradient(), in the order of Weights::trained(). Reads the
    /// weights of the last forward run, which have to be there unchanged, and uses up its maps: once for each forward
    /// run. Allocates nothing. \throws std::logic_error without a forward run.
    std::span<const float> backward() {
        if (weights_ == nullptr) detail::raise(std::logic_error("backward: expected a forward run before each"));
        Backward passes{memory_, std::exchange(weights_, nullptr)};
        team_.run(
            Backward::phases, [&](int phase) { return passes.chunks(phase); },
            [&](int phase, int chunk, int slot) { passes.run(phase, chunk, slot); });
        return gradients();
    }

    /// The gradients of the last backward run, parameter_count<Net> of them.
    [[nodiscard]] std::span<const float> gradients() const {
        return {memory_.parameter_gradient(), static_cast<std::size_t>(parameter_count<Net>)};
    }
    /// One parameter's gradient as an xtensor view.
    template <FixedString name>
    [[nodiscard]] auto gradient() const {
        constexpr Parameter which = parameter_named<Net, name>;
        static_assert(which.trained());
        return as_xtensor(static_cast<const float*>(memory_.parameter_gradient()) + which.offset,
                          detail::array_shape<which.rank>(which));
    }

    /// The gradient of a value with respect to which the workspace differentiates, from the last backward run: count x
    /// channels x rows x columns, planar.
    template <FixedString name>
    [[nodiscard]] std::span<const float> value_gradient() const {
        constexpr detail::NodeNumber node = detail::ValueNamed<Net, name>::node;
        constexpr int which = graph_of<Network>.differentiated().find(node);
        using Verdict =
            std::conditional_t<(which < 0), GradientNotFormed<Wanted<Named<name, Net>>, Got<Values>>, Accepted>;
        static_assert(sizeof(typename Verdict::template Enforce<Net>) > 0);
        const long floats = memory_.count() * graph_of<Net>[node].shape.count();
        return {memory_.value_gradient(std::max(which, 0)), static_cast<std::size_t>(floats)};
    }

    /// The team that runs the steps, for work on the parameters between them.
    [[nodiscard]] Team& team() { return team_; }

  private:
    using Values = WithRespectTo<names...>;
    using Network = detail::Planned<Net, Values>;
    using Sizes = detail::TrainingSizes<Network>;
    using Forward = detail::TrainingForward<Network>;
    using Backward = detail::TrainingBackward<Network>;

    static int checked(int batch) {
        if (batch < 1) detail::raise(std::invalid_argument("batch: expected at least 1, got " + std::to_string(batch)));
        return batch;
    }
    void check(std::span<const float> images, int count) const {
        if (count < 1 || count > batch())
            detail::raise(std::invalid_argument("images: expected 1 to " + std::to_string(batch()) + ", got " +
                                                std::to_string(count)));
        if (count < smallest_batch<Net>)
            detail::raise(
                std::invalid_argument("images: expected at least 2, because BN needs 2 values per channel, got 1"));
        if (static_cast<long>(images.size()) != count * Sizes::input)
            detail::raise(std::invalid_argument("images: expected " + std::to_string(count * Sizes::input) +
                                                " values, got " + std::to_string(images.size())));
    }

    Team team_;
    detail::TrainingMemory<Network> memory_;
    const float* weights_ = nullptr;  ///< of a forward run that no backward run has followed yet
};

}  // namespace residua::inline RESIDUA_ISA
