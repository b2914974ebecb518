#pragma once

#include <algorithm>
#include <array>
#include <span>

#include <residua/array/xtensor.hpp>
#include <residua/exec/arena.hpp>
#include <residua/plan/names.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// A parameter's shape as xtensor has it.
template <int rank>
constexpr std::array<std::size_t, static_cast<std::size_t>(rank)> array_shape(const Parameter& parameter) {
    std::array<std::size_t, static_cast<std::size_t>(rank)> shape{};
    for (std::size_t i = 0; i < shape.size(); ++i) shape[i] = static_cast<std::size_t>(parameter.shape[i]);
    return shape;
}

template <const Parameter& parameter, int... axes>
SizesOf<parameter.shape[static_cast<std::size_t>(axes)]...> sizes_of(std::integer_sequence<int, axes...>);

/// A parameter's shape as a type.
template <const Parameter& parameter>
using ParameterSizes = decltype(sizes_of<parameter>(std::make_integer_sequence<int, parameter.rank>{}));

/// Accepted, or how the extents of an array differ from a parameter's shape.
template <const Parameter& parameter, int... extents>
using DiagnoseShape =
    std::conditional_t<std::is_same_v<ParameterSizes<parameter>, SizesOf<extents...>>, Accepted,
                       WeightShapeDiffers<Wanted<ParameterSizes<parameter>>, Got<SizesOf<extents...>>>>;

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// All parameters and running statistics of a network, in PyTorch's layouts (convolutions out x in x rows x columns,
/// linear out x in), the trained ones first. A value: copies copy. Fresh ones are zero, with BN's scales and variances
/// one.
template <class Net>
class Weights {
  public:
    Weights() : floats_(static_cast<std::size_t>(weight_count<Net>)) {
        for (const Parameter& parameter : parameters<Net>) {
            const bool scale = detail::role_of(graph_of<Net>[parameter.node].op) == detail::Role::norm &&
                               parameter.member == detail::Member::weight;
            if (scale || parameter.member == detail::Member::running_var) std::ranges::fill(span(parameter), 1.0f);
        }
    }
    Weights(const Weights& other) : Weights() { std::ranges::copy(other.all(), floats_.data()); }
    Weights(Weights&&) noexcept = default;
    Weights& operator=(const Weights& other) { return *this = Weights(other); }
    Weights& operator=(Weights&&) noexcept = default;
    ~Weights() = default;

    /// Every value: trained parameters, then running statistics.
    [[nodiscard]] std::span<float> all() { return floats_.span(); }
    [[nodiscard]] std::span<const float> all() const { return floats_.span(); }
    /// The trained values, parameter_count<Net> of them.
    [[nodiscard]] std::span<float> trained() { return all().first(static_cast<std::size_t>(parameter_count<Net>)); }
    [[nodiscard]] std::span<const float> trained() const {
        return all().first(static_cast<std::size_t>(parameter_count<Net>));
    }

    /// One parameter's values.
    [[nodiscard]] std::span<float> span(const Parameter& parameter) {
        return all().subspan(static_cast<std::size_t>(parameter.offset), static_cast<std::size_t>(parameter.count()));
    }
    [[nodiscard]] std::span<const float> span(const Parameter& parameter) const {
        return all().subspan(static_cast<std::size_t>(parameter.offset), static_cast<std::size_t>(parameter.count()));
    }

    /// One parameter as an xtensor view of its static rank, without copying: `weights.parameter<"conv1.weight">()`.
    /// A name the network does not have is a compile error.
    template <FixedString name>
    [[nodiscard]] auto parameter() {
        constexpr Parameter which = parameter_named<Net, name>;
        return as_xtensor(span(which).data(), detail::array_shape<which.rank>(which));
    }
    template <FixedString name>
    [[nodiscard]] auto parameter() const {
        constexpr Parameter which = parameter_named<Net, name>;
        return as_xtensor(span(which).data(), detail::array_shape<which.rank>(which));
    }

    /// Sets one parameter from an xtensor expression. \throws std::invalid_argument with both shapes if they differ.
    template <FixedString name, class Array>
    void assign(const Array& values) {
        constexpr Parameter which = parameter_named<Net, name>;
        copy_from(values, span(which), detail::array_shape<which.rank>(which), name.view());
    }
    /// The same from a tensor of static shape, whose fit is checked at compile time.
    template <FixedString name, class T, int... extents>
    void assign(const Tensor<T, extents...>& values) {
        using Verdict = detail::DiagnoseShape<parameter_named<Net, name>, extents...>;
        static_assert(sizeof(typename Verdict::template Enforce<Net>) > 0);
        std::ranges::copy(values.view().elements(), span(parameter_named<Net, name>).begin());
    }

  private:
    detail::Arena floats_;
};

}  // namespace residua::inline RESIDUA_ISA
