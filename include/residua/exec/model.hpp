#pragma once

#include <algorithm>
#include <memory>

#include <residua/exec/frozen.hpp>
#include <residua/exec/workspace.hpp>

namespace residua::inline RESIDUA_ISA {

/// A network with fixed weights, ready to predict. Immutable: any number of threads may use one model, each with a
/// workspace of its own.
template <class Net>
class Model {
  public:
    /// Folds the running statistics into the weights and packs them; nothing of that is left for `predict`.
    Model(Weights<Net> weights)  // NOLINT: implicit
        : Model(detail::values_of<Net>(std::make_shared<const Weights<Net>>(std::move(weights)))) {}

    /// The same with so many threads, of parameters wherever they lie: for load_model.
    explicit Model(detail::ParameterValues values, int threads = 1)
        : values_{std::make_shared<const detail::ParameterValues>(std::move(values))}, frozen_{*values_, threads} {}

    /// The model of a network that differs from `other`'s in the rows and columns of its input only. Both share the
    /// weights: no copy is made.
    template <class Other>
    explicit Model(const Model<Other>& other) : values_{other.values_}, frozen_{other.frozen_} {}

    /// A parameter as an xtensor view in PyTorch's layout: `model.parameter<"conv1.weight">()`.
    template <FixedString name>
    [[nodiscard]] auto parameter() const {
        constexpr Parameter which = parameter_named<Net, name>;
        return as_xtensor(values_->of(which.node, which.member), detail::array_shape<which.rank>(which));
    }

    /// The outputs of `count` planar images (count x c x h x w, row-major), count x outputs, in the workspace until its
    /// next use. Allocates nothing. \throws std::invalid_argument if there are more images than the workspace takes, or
    /// the span has another size.
    std::span<const float> predict(std::span<const float> images, int count,
                                   Workspace<Net, Inference>& workspace) const {
        return workspace.run(frozen_, images, count);
    }

    /// The outputs of any xtensor expression of shape (N, c, h, w), as an xtensor view of shape (N, outputs) into the
    /// workspace. \throws std::invalid_argument with both shapes if they do not fit.
    template <class Images>
    auto predict(const Images& images, Workspace<Net, Inference>& workspace) const {
        const int count = workspace.take(images);
        const std::span<const float> out = predict(workspace.taken(count), count, workspace);
        return as_xtensor(out.data(), output_array_shape(count));
    }

    /// The same with a workspace made for the call and an xtensor that owns the result: convenient, not for hot loops.
    template <class Images>
    auto predict(const Images& images) const {
        const int count = static_cast<int>(first_extent(images));
        Workspace<Net, Inference> workspace(std::max(count, 1));
        predict(images, workspace);
        return copy_to_xtensor(workspace.outputs().data(), output_array_shape(count));
    }

  private:
    template <class Other>
    friend class Model;

    static std::array<std::size_t, 2> output_array_shape(int count) {
        return {static_cast<std::size_t>(count), static_cast<std::size_t>(output_shape<Net>.count())};
    }

    std::shared_ptr<const detail::ParameterValues> values_;  ///< as they were given
    detail::Frozen<Net> frozen_;
};

}  // namespace residua::inline RESIDUA_ISA
