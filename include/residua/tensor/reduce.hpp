#pragma once

/// \file
/// Sums, means and maxima of tensor formulas over axes. The formula is evaluated while it is reduced and never stored.
/// The order of the additions depends on the shape alone: the same bits from any executor, every run.

#include <algorithm>
#include <array>
#include <limits>
#include <type_traits>

#include <residua/config.hpp>
#include <residua/tensor/broadcast.hpp>
#include <residua/tensor/evaluate.hpp>
#include <residua/tensor/tensor.hpp>

namespace residua::inline RESIDUA_ISA {

/// The axes to reduce away, counted from 0, the outermost.
template <int... axis>
struct Axes {};

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

template <class T>
inline constexpr bool is_axes = false;
template <int... axis>
inline constexpr bool is_axes<Axes<axis...>> = true;

template <class S, int... axis>
constexpr bool axes_fit(Axes<axis...>) {
    const std::array<int, sizeof...(axis)> axes{axis...};
    for (auto here = axes.begin(); here != axes.end(); ++here) {
        if (*here < 0 || *here >= S::rank || std::find(axes.begin(), here, *here) != here) return false;
    }
    return true;
}

template <int... axis>
constexpr bool contains(Axes<axis...>, int wanted) {
    return ((axis == wanted) || ...);
}

template <int... left, int... right>
auto concatenate(Shape<left...>, Shape<right...>) -> Shape<left..., right...>;

/// S without the axes in A, and S with 1 in their place.
template <class S, class A, int position = 0>
struct Reduced;
template <class A, int position>
struct Reduced<Shape<>, A, position> {
    using Removed = Shape<>;
    using Kept = Shape<>;
};
template <int first, int... rest, class A, int position>
struct Reduced<Shape<first, rest...>, A, position> {
    static constexpr bool gone = contains(A{}, position);
    using Rest = Reduced<Shape<rest...>, A, position + 1>;
    using Removed = decltype(concatenate(std::conditional_t<gone, Shape<>, Shape<first>>{}, typename Rest::Removed{}));
    using Kept = decltype(concatenate(Shape < gone ? 1 : first > {}, typename Rest::Kept{}));
};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::reductions::inline RESIDUA_ISA {

struct Sum {
    template <class T>
    static constexpr T identity = T(0);
    template <class V>
    static RESIDUA_INLINE V combine(const V& a, const V& b) {
        return a + b;
    }
    template <class T>
    static constexpr T finish(T value, long) {
        return value;
    }
};

struct Mean {
    template <class T>
    static constexpr T identity = T(0);
    template <class V>
    static RESIDUA_INLINE V combine(const V& a, const V& b) {
        return a + b;
    }
    template <class T>
    static constexpr T finish(T value, long count) {
        return value / static_cast<T>(count);
    }
};

/// The largest element, NaN if one is.
struct Maximum {
    template <class T>
    static constexpr T identity = -std::numeric_limits<T>::infinity();
    template <class V>
    static RESIDUA_INLINE V combine(const V& a, const V& b) {
        return detail::Max::apply<V>(a, b);
    }
    template <class T>
    static constexpr T finish(T value, long) {
        return value;
    }
};

}  // namespace residua::reductions::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// Combines the lanes as the tree that halves: of 16, lanes i and i + 8 first, then i and i + 4, i + 2, i + 1. The same
/// bits on every instruction set.
template <class Reduction, class T>
RESIDUA_INLINE T combine_lanes(const typename Lanes<T>::Values& values) {
    alignas(alignment) T lanes[Lanes<T>::width];
    Lanes<T>::store(values, lanes);
    for (long half = Lanes<T>::width / 2; half > 0; half /= 2) {
        for (long i = 0; i < half; ++i) lanes[i] = Reduction::combine(lanes[i], lanes[i + half]);
    }
    return lanes[0];
}

/// `values` with everything from lane `count` on replaced by the identity.
template <class Reduction, class T>
RESIDUA_INLINE auto mask_lanes(const typename Lanes<T>::Values& values, long count) {
    alignas(alignment) T lanes[Lanes<T>::width];
    Lanes<T>::store(values, lanes);
    std::fill(lanes + count, lanes + Lanes<T>::width, Reduction::template identity<T>);
    return Lanes<T>::load(lanes);
}

/// Reduces the rows at kept position `kept`, along the row and across rows, to one element.
template <class Reduction, class T, class AnyLoops>
T reduce_along_rows(const AnyLoops& loops, long kept) {
    using Values = typename Lanes<T>::Values;
    constexpr long width = Lanes<T>::width;
    constexpr long end = AnyLoops::row_size;
    Values total = broadcast<Values>(Reduction::template identity<float>);
    for (long reduced = 0; reduced < AnyLoops::nest.outer_count(false); ++reduced) {
        const auto row = loops.row(kept, reduced);
        for (long first = 0; first + width <= end; first += width) total = Reduction::combine(total, row.full(first));
        if constexpr (constexpr long rest = AnyLoops::row_rest; rest != 0) {
            total = Reduction::combine(total, mask_lanes<Reduction, T>(row.template some<rest>(end - rest), rest));
        }
    }
    return combine_lanes<Reduction, T>(total);
}

/// dst[first, end) = combine(dst[first, end), row[first, end)), cut as in store_row().
template <class Reduction, long rest, class T, class AnyRow>
RESIDUA_INLINE void combine_row(const AnyRow& row, T* dst, long first, long end) {
    constexpr long width = Lanes<T>::width;
    for (; first + width <= end; first += width) {
        Lanes<T>::store(Reduction::combine(Lanes<T>::load(dst + first), row.full(first)), dst + first);
    }
    if constexpr (rest != 0) {
        if (first == end) return;
        store_some<rest>(Reduction::combine(load_some<rest>(dst + first), row.template some<rest>(first)), dst + first);
    }
}

/// Reduces element by element across the rows at kept position `kept`; `dst` is where the result's row begins.
template <class Reduction, class T, class AnyLoops>
void reduce_across_rows(const AnyLoops& loops, T* dst, long kept, long first, long end) {
    store_row<AnyLoops::row_rest>(loops.row(kept, 0), dst, first, end);
    for (long reduced = 1; reduced < AnyLoops::nest.outer_count(false); ++reduced) {
        combine_row<Reduction, AnyLoops::row_rest>(loops.row(kept, reduced), dst, first, end);
    }
}

/// A task's share of the result, so small that the task evaluates about task_size elements, in whole packs.
constexpr long result_task_size(long reduced_count) {
    return (task_size / reduced_count + channel_block) / channel_block * channel_block;
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// Writes the reduction of `source` (a formula, a tensor or a view) over `Over` = Axes<...> to dst, whose shape is the
/// source's without these axes. Reduction is reductions::Sum, Mean or Maximum. One pass, no allocation; dst must not be
/// read by the source. `executor` as for assign(); tasks differ in the elements of dst they compute, so reducing to a
/// single element is one task.
template <class Reduction, class Over, class T, int... extent, class Source, class Executor = detail::Serial>
requires detail::is_tensor_operand<Source>
void reduce(const TensorView<T, extent...>& dst, const Source& source, Executor&& executor = {}) {
    const auto formula = detail::formula_of(source);
    using Full = typename decltype(formula)::Extents;
    static_assert(detail::axes_fit<Full>(Over{}), "an axis to reduce does not exist or is named twice");
    static_assert(std::is_same_v<typename detail::Reduced<Full, Over>::Removed, detail::Shape<extent...>>,
                  "the destination's shape is the formula's without the reduced axes");
    static_assert(std::is_same_v<T, typename decltype(formula)::Element>,
                  "a reduction's destination has the formula's element type and is not const");
    const auto loops = detail::loops_of<Full, typename detail::Reduced<Full, Over>::Kept>(formula);
    static constexpr auto& nest = decltype(loops)::nest;
    constexpr long row_size = decltype(loops)::row_size;
    constexpr bool along_rows = !nest.innermost().moves[0];
    constexpr long count = Full::size / detail::Shape<extent...>::size;
    static constexpr detail::Tasks tasks{nest.outer_count(true), along_rows ? 1 : row_size,
                                         detail::result_task_size(count)};
    executor(tasks.count(), [&](long index) {
        tasks.run(index, [&](long row, long first, long end) {
            T* const result = dst.data() + detail::outer_offset<nest, 0, true>(row);
            if constexpr (along_rows) {
                *result = detail::reduce_along_rows<Reduction, T>(loops, row);
            } else {
                detail::reduce_across_rows<Reduction>(loops, result, row, first, end);
            }
            for (long i = first; i < end; ++i) result[i] = Reduction::finish(result[i], count);
        });
    });
}

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

template <class T, int... extent>
Tensor<T, extent...> zeros(Shape<extent...>) {
    return {};
}

/// The reduction in a new tensor.
template <class Reduction, class Over, class Source, class Executor>
auto reduced(const Source& source, Executor& executor) {
    using Part = decltype(formula_of(source));
    auto result = zeros<typename Part::Element>(typename Reduced<typename Part::Extents, Over>::Removed{});
    reduce<Reduction, Over>(result.view(), source, executor);
    return result;
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// sum<Axes<0, 2>>(a * b): a new tensor without axes 0 and 2. reduce<reductions::Sum, Axes<0, 2>>(dst, a * b) allocates
/// nothing.
template <class Over, class Source, class Executor = detail::Serial>
requires(detail::is_axes<Over>&& detail::is_tensor_operand<Source>) auto sum(const Source& source,
                                                                             Executor&& executor = {}) {
    return detail::reduced<reductions::Sum, Over>(source, executor);
}

/// The mean over the axes, as sum().
template <class Over, class Source, class Executor = detail::Serial>
requires(detail::is_axes<Over>&& detail::is_tensor_operand<Source>) auto mean(const Source& source,
                                                                              Executor&& executor = {}) {
    return detail::reduced<reductions::Mean, Over>(source, executor);
}

/// The largest element along the axes, as sum().
template <class Over, class Source, class Executor = detail::Serial>
requires(detail::is_axes<Over>&& detail::is_tensor_operand<Source>) auto max(const Source& source,
                                                                             Executor&& executor = {}) {
    return detail::reduced<reductions::Maximum, Over>(source, executor);
}

}  // namespace residua::inline RESIDUA_ISA
