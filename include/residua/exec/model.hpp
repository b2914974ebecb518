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
    Model(Weights<Net> weights)
        : Model(std::make_shared<const Weights<Net>>(std::move(weights))) {}  // NOLINT: implicit

    /// The model of a network that differs from `other`'s in the rows and columns of its input only. Both share the
    /// weights: no copy is made.
    template <class Other>
    explicit Model(const Model<Other>& other) : values_{other.values_}, frozen_{other.frozen_} {}

    /// A parameter as an xtensor view in PyTorch's layout: `model.parameter<"conv1.weight">()`.
    template <FixedString name>
    [[nodiscard]] auto parameter() const {
        constexpr Parameter which = parameter_named<Net, name>;
        return as_xtensor(values_.get() + which.offset, detail::array_shape<which.rank>(which));
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

    explicit Model(const std::shared_ptr<const Weights<Net>>& weights)
        : values_{weights, weights->all().data()}, frozen_{*weights} {}

    static std::array<std::size_t, 2> output_array_shape(int count) {
        return {static_cast<std::size_t>(count), static_cast<std::size_t>(output_shape<Net>.count())};
    }

    std::shared_ptr<const float> values_;  ///< the weights as they were given, weight_count<Net> of them
    detail::Frozen<Net> frozen_;
};

}  // namespace residua::inline RESIDUA_ISA
