#pragma once

/// \file
/// Arrays in and out: the only door to xtensor, whose containers (`xt::xtensor`) and generators (`xt::zeros`) come with
/// it. Works with 0.24, 0.25 and with the headers as moved in 0.26.
/// Every function may be called from many threads on different destinations.

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include <residua/on_error.hpp>
#include <residua/tensor/tensor.hpp>
#if __has_include(<xtensor/containers/xadapt.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/core/xexpression.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xexpression.hpp>
#endif

namespace residua::detail::inline RESIDUA_ISA {

/// "(2, 3, 30, 32)"; with `any_first` the first extent is written "N".
template <class Extents>
std::string extents_text(const Extents& shape, bool any_first = false) {
    std::string text = "(";
    bool first = true;
    for (const auto extent : shape) {
        if (!first) text += ", ";
        text += first && any_first ? "N" : std::to_string(extent);
        first = false;
    }
    return text + ")";
}

constexpr std::size_t product(std::span<const std::size_t> extents) {
    std::size_t size = 1;
    for (const std::size_t extent : extents) size *= extent;
    return size;
}

/// True if the elements lie in row-major order without gaps.
template <class E>
bool is_contiguous(const E& source) {
    std::ptrdiff_t stride = 1;
    for (std::size_t axis = source.dimension(); axis-- > 0;) {
        const auto extent = static_cast<std::ptrdiff_t>(source.shape()[axis]);
        if (extent != 1 && static_cast<std::ptrdiff_t>(source.strides()[axis]) != stride) return false;
        stride *= extent;
    }
    return true;
}

template <class T, class Iterator>
void convert(Iterator src, std::size_t count, T* dst) {
    std::transform(src, src + static_cast<std::ptrdiff_t>(count), dst,
                   [](const auto& value) { return static_cast<T>(value); });
}

/// Writes the elements in row-major order.
template <class E, class T>
void copy_elements(const E& source, T* dst) {
    static_assert(std::is_arithmetic_v<typename E::value_type>, "the array's elements are numbers");
    if constexpr (requires { source.data() + source.data_offset(), source.strides(); }) {
        if (is_contiguous(source)) return convert(source.data() + source.data_offset(), source.size(), dst);
    }
    convert(source.template begin<xt::layout_type::row_major>(), source.size(), dst);
}

template <class E>
bool shape_matches(const E& source, std::span<const std::size_t> expected, std::size_t most) {
    if (source.dimension() != expected.size()) return false;
    for (std::size_t axis = 0; axis < expected.size(); ++axis) {
        const auto extent = static_cast<std::size_t>(source.shape()[axis]);
        const bool any = axis == 0 && expected[0] == 0;
        if (any ? extent > most : extent != expected[axis]) return false;
    }
    return true;
}

template <class E, class T>
std::size_t checked_copy(const E& source, std::span<T> dst, std::span<const std::size_t> expected,
                         std::string_view name) {
    const bool any_first = !expected.empty() && expected[0] == 0;
    const std::size_t most = any_first ? dst.size() / product(expected.subspan(1)) : 0;
    if (!shape_matches(source, expected, most)) {
        detail::raise(std::invalid_argument(
            std::string(name) + ": expected shape " + extents_text(expected, any_first) +
            (any_first ? " with N <= " + std::to_string(most) : "") + ", got " + extents_text(source.shape())));
    }
    if (source.size() > dst.size()) {
        detail::raise(std::invalid_argument(std::string(name) + ": expected room for " + std::to_string(source.size()) +
                                            " elements, got " + std::to_string(dst.size())));
    }
    copy_elements(source, dst.data());
    return expected.empty() ? 1 : static_cast<std::size_t>(source.shape()[0]);
}

template <class Extents>
constexpr auto extents_of() {
    std::array<std::size_t, static_cast<std::size_t>(Extents::rank)> extents{};
    std::transform(Extents::extents.begin(), Extents::extents.end(), extents.begin(),
                   [](int extent) { return static_cast<std::size_t>(extent); });
    return extents;
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Evaluates any xtensor expression (array, tensor, view, lazy formula; elements of any arithmetic type) into `dst` in
/// row-major order and returns its first extent. `expected` is the shape it must have; a first extent of 0 there means
/// any number up to what fits into dst. `name` says in the error what the array is. Allocates nothing for arrays of up
/// to four axes; row-major ones without gaps are copied straight.
/// \throws std::invalid_argument with both shapes, dst untouched:
///         "images: expected shape (N, 3, 32, 32) with N <= 128, got (2, 3, 30, 32)".
template <class E, std::size_t rank>
std::size_t copy_from(const xt::xexpression<E>& source, std::span<float> dst,
                      const std::array<std::size_t, rank>& expected, std::string_view name) {
    return detail::checked_copy(source.derived_cast(), dst, std::span<const std::size_t>(expected), name);
}

/// The same for a tensor or a view of one: the shape must be exactly dst's.
template <class E, class T, int... extent>
void copy_from(const xt::xexpression<E>& source, const TensorView<T, extent...>& dst, std::string_view name) {
    constexpr auto expected = detail::extents_of<detail::Shape<extent...>>();
    detail::checked_copy(source.derived_cast(), std::span<T>(dst.elements()), std::span<const std::size_t>(expected),
                         name);
}

/// A new tensor with the elements of an xtensor expression: `to_tensor<Tensor<float, 2, 3>>(a + b, "weights")`.
/// \throws std::invalid_argument with both shapes if they differ.
template <class AnyTensor, class E>
AnyTensor to_tensor(const xt::xexpression<E>& source, std::string_view name) {
    AnyTensor result;
    copy_from(source, result.view(), name);
    return result;
}

/// Row-major elements somewhere in memory, seen as an xtensor without copying; writing to it writes there, unless T is
/// const. `data` must outlive the view.
template <class T, std::size_t rank>
auto as_xtensor(T* data, const std::array<std::size_t, rank>& shape) {
    return xt::adapt(data, detail::product(shape), xt::no_ownership(), shape);
}

/// An expression's extent along its first axis; 0 if it has no axes.
template <class E>
std::size_t first_extent(const xt::xexpression<E>& array) {
    const auto& shape = array.derived_cast().shape();
    return shape.size() == 0 ? 0 : static_cast<std::size_t>(shape[0]);
}

/// A new xtensor with a copy of row-major elements.
template <class T, std::size_t rank>
xt::xtensor<T, rank> copy_to_xtensor(const T* data, const std::array<std::size_t, rank>& shape) {
    return as_xtensor(data, shape);
}

/// Tensors and views of them as xtensors, without copying.
template <class T, int... extent>
auto as_xtensor(const TensorView<T, extent...>& view) {
    return as_xtensor(view.data(), detail::extents_of<detail::Shape<extent...>>());
}
template <class T, int... extent>
auto as_xtensor(Tensor<T, extent...>& tensor) {
    return as_xtensor(tensor.view());
}
template <class T, int... extent>
auto as_xtensor(const Tensor<T, extent...>& tensor) {
    return as_xtensor(tensor.view());
}
/// A view of a temporary would dangle.
template <class T, int... extent>
auto as_xtensor(Tensor<T, extent...>&&) = delete;

}  // namespace residua::inline RESIDUA_ISA
