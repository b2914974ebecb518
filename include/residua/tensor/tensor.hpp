#pragma once

/// \file
/// Tensors whose shape is part of their type. Elements lie in row-major order without gaps.

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

#include <residua/config.hpp>
#include <residua/expr/expression.hpp>
#include <residua/tensor/broadcast.hpp>

namespace residua::inline RESIDUA_ISA {

template <class T, int... extent>
class TensorView;
template <class T, int... extent>
class Tensor;

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

template <class T, int... extent>
inline constexpr bool is_tensor_operand<TensorView<T, extent...>> = true;
template <class T, int... extent>
inline constexpr bool is_tensor_operand<Tensor<T, extent...>> = true;

/// Row-major position of an element.
template <class S, class... Index>
constexpr std::size_t element_offset(Index... index) {
    static_assert(sizeof...(Index) == S::rank, "one index per axis");
    const std::array<long, sizeof...(Index)> indices{static_cast<long>(index)...};
    long offset = 0;
    for (std::size_t axis = 0; axis < indices.size(); ++axis) offset = offset * S::extents[axis] + indices[axis];
    return static_cast<std::size_t>(offset);
}

struct AlignedDelete {
    template <class T>
    void operator()(T* data) const {
        ::operator delete[](data, std::align_val_t{alignment});
    }
};

template <class T>
using AlignedArray = std::unique_ptr<T[], AlignedDelete>;

/// `count` zeros, aligned to 64 bytes.
template <class T>
AlignedArray<T> allocate_zeros(std::size_t count) {
    T* data = static_cast<T*>(::operator new[](count * sizeof(T), std::align_val_t{alignment}));
    std::uninitialized_value_construct_n(data, count);
    return AlignedArray<T>(data);
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Elements owned by somebody else, seen as a tensor. Copying a view copies no elements, assigning a formula to it
/// (`view = a + b`) writes its elements. T may be const. Views of one tensor may be read by many threads.
template <class T, int... extent>
class TensorView {
  public:
    using Element = T;
    using Extents = detail::Shape<extent...>;
    static constexpr std::size_t size = static_cast<std::size_t>(Extents::size);

    /// `data` points to `size` elements that outlive the view; no alignment is needed.
    constexpr explicit TensorView(T* data) : data_(data) {}

    constexpr operator TensorView<const T, extent...>() const requires(!std::is_const_v<T>) {
        return TensorView<const T, extent...>(data_);
    }

    TensorView(const TensorView&) = default;
    TensorView& operator=(const TensorView&) = delete;

    /// Evaluates the formula into the elements, in one pass (tensor/evaluate.hpp).
    template <class Formula>
    requires detail::is_tensor_operand<Formula>
    const TensorView& operator=(const Formula& formula) const {
        assign(*this, formula);
        return *this;
    }

    constexpr T* data() const { return data_; }
    constexpr std::span<T, size> elements() const { return std::span<T, size>(data_, size); }

    /// The element at one index per axis.
    template <class... Index>
    constexpr T& operator()(Index... index) const {
        return data_[detail::element_offset<Extents>(index...)];
    }

    /// The same elements in another shape of equal size.
    template <int... other>
    constexpr TensorView<T, other...> reshape() const {
        static_assert(detail::Shape<other...>::size == Extents::size, "reshape keeps the number of elements");
        return TensorView<T, other...>(data_);
    }

  private:
    T* data_;
};

/// A tensor that owns its elements: on the heap, aligned to 64 bytes, zero after construction. Copying copies the
/// elements; a moved-from tensor can only be destroyed or assigned another tensor. The object itself is one pointer.
template <class T, int... extent>
class Tensor {
  public:
    static_assert(std::is_arithmetic_v<T> && !std::is_const_v<T>, "tensors hold numbers");

    using Element = T;
    using Extents = detail::Shape<extent...>;
    using View = TensorView<T, extent...>;
    using ConstView = TensorView<const T, extent...>;
    static constexpr std::size_t size = View::size;

    Tensor() : data_(detail::allocate_zeros<T>(size)) {}

    Tensor(const Tensor& other) : Tensor() { std::copy_n(other.data(), size, data()); }
    Tensor(Tensor&&) noexcept = default;
    Tensor& operator=(const Tensor& other) { return *this = Tensor(other); }
    Tensor& operator=(Tensor&&) noexcept = default;

    /// Evaluates the formula into a new tensor, in one pass (tensor/evaluate.hpp).
    template <class Formula>
    requires detail::is_tensor_operand<Formula>
    explicit Tensor(const Formula& formula) : Tensor() { assign(view(), formula); }

    /// Evaluates the formula into the elements, in one pass, without allocation (tensor/evaluate.hpp).
    template <class Formula>
    requires detail::is_tensor_operand<Formula> Tensor& operator=(const Formula& formula) {
        assign(view(), formula);
        return *this;
    }

    T* data() { return data_.get(); }
    const T* data() const { return data_.get(); }
    std::span<T, size> elements() { return view().elements(); }
    std::span<const T, size> elements() const { return view().elements(); }

    View view() { return View(data()); }
    ConstView view() const { return ConstView(data()); }

    /// The element at one index per axis.
    template <class... Index>
    T& operator()(Index... index) {
        return view()(index...);
    }
    template <class... Index>
    const T& operator()(Index... index) const {
        return view()(index...);
    }

    /// A view of the elements in another shape of equal size.
    template <int... other>
    auto reshape() {
        return view().template reshape<other...>();
    }
    template <int... other>
    auto reshape() const {
        return view().template reshape<other...>();
    }

  private:
    detail::AlignedArray<T> data_;
};

}  // namespace residua::inline RESIDUA_ISA
