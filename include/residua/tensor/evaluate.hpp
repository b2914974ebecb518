#pragma once

/// \file
/// Lazily evaluated formulas over tensors: `c = relu(a * b + 1)` is one pass over memory, 16 floats at a time.
/// A formula is an expression (expr/expression.hpp) over variables plus the tensors the variables stand for.
/// It refers to its tensors, which must live until it has been evaluated; `dst` may be among them if its shape there is
/// the formula's.

#include <algorithm>
#include <array>
#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include <residua/config.hpp>
#include <residua/expr/expression.hpp>
#include <residua/expr/math.hpp>
#include <residua/simd/pack.hpp>
#include <residua/tensor/broadcast.hpp>
#include <residua/tensor/nest.hpp>
#include <residua/tensor/tensor.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// An unevaluated formula: `node` over Variable<0>, Variable<1>, ..., which stand for `leaves`. Made by the operators.
template <class T, class S, class Node, class... Leaves>
struct Formula {
    using Element = T;
    using Extents = S;
    Node node;
    std::tuple<Leaves...> leaves;
};

/// Runs `body(0)`, `body(1)`, ... one after the other in the calling thread.
struct Serial {
    template <class Body>
    void operator()(long count, const Body& body) const {
        for (long index = 0; index < count; ++index) body(index);
    }
};

template <class T, class S, class Node, class... Leaves>
inline constexpr bool is_tensor_operand<Formula<T, S, Node, Leaves...>> = true;

/// The type of the elements in formulas without tensors, which only appear as parts of others.
struct AnyElement {};

template <class T>
requires std::is_arithmetic_v<T> || Constants<T>
constexpr auto formula_of(const T& number) {
    return Formula<AnyElement, Shape<>, decltype(node_of(number))>{node_of(number), {}};
}

template <class T, int... extent>
constexpr auto formula_of(const TensorView<T, extent...>& view) {
    using Leaf = TensorView<const T, extent...>;
    return Formula<std::remove_const_t<T>, Shape<extent...>, Variable<0>, Leaf>{{}, std::tuple(Leaf(view))};
}

template <class T, int... extent>
auto formula_of(const Tensor<T, extent...>& tensor) {
    return formula_of(tensor.view());
}

template <class T, class S, class Node, class... Leaves>
constexpr auto formula_of(const Formula<T, S, Node, Leaves...>& formula) {
    return formula;
}

template <class A, class B>
struct CommonElement {
    static_assert(std::is_same_v<A, B>, "tensors in one formula have one element type");
    using Type = A;
};
template <class A>
requires(!std::is_same_v<A, AnyElement>) struct CommonElement<A, AnyElement> {
    using Type = A;
};
template <class B>
struct CommonElement<AnyElement, B> {
    using Type = B;
};

/// The element type and the shape of a formula of several parts; the one place where broadcasting is enforced.
template <class First, class... Rest>
struct Common {
    using Element = typename First::Element;
    using Extents = typename First::Extents;
};
template <class First, class Second, class... Rest>
struct Common<First, Second, Rest...> {
    using Tail = Common<Second, Rest...>;
    using Verdict = BroadcastVerdict<typename First::Extents, typename Tail::Extents>;
    static_assert(Verdict::ok, "tensor shapes do not broadcast: extents differ, and neither is 1");
    using Element = typename CommonElement<typename First::Element, typename Tail::Element>::Type;
    using Extents = typename Verdict::Type;
};

template <class Part>
inline constexpr int leaf_count = static_cast<int>(std::tuple_size_v<decltype(Part::leaves)>);

/// The number of leaves in the parts before part `end`.
template <class... Parts>
constexpr int leaves_before(std::size_t end) {
    const std::array<int, sizeof...(Parts)> counts{leaf_count<Parts>...};
    int sum = 0;
    for (std::size_t i = 0; i < end; ++i) sum += counts[i];
    return sum;
}

template <class T, class S, class Node, class... Leaves>
constexpr auto make_formula(Node node, const std::tuple<Leaves...>& leaves) {
    return Formula<T, S, Node, Leaves...>{node, leaves};
}

template <class Operation, std::size_t... part, class... Parts>
constexpr auto join(std::index_sequence<part...>, const Parts&... parts) {
    using Result = Common<Parts...>;
    return make_formula<typename Result::Element, typename Result::Extents>(
        Operation::build(renumber<leaves_before<Parts...>(part)>(parts.node)...), std::tuple_cat(parts.leaves...));
}

template <class Operation, class... Operands>
requires(is_tensor_operand<Operands> || ...) struct Build<Operation, Operands...> {
    static constexpr auto from(const Operands&... operands) {
        static_assert(((!Expression<Operands> || Constants<Operands>)&&...),
                      "a formula of tensors takes tensors and numbers; a variable such as x has no value in it");
        return join<Operation>(std::index_sequence_for<Operands...>{}, formula_of(operands)...);
    }
};

/// How elements of type T are computed: floats 16 at a time, other types one by one.
template <class T>
struct Lanes {
    using Values = T;
    static constexpr long width = 1;
    static RESIDUA_INLINE T load(const T* src) { return *src; }
    static RESIDUA_INLINE void store(T value, T* dst) { *dst = value; }
};
template <>
struct Lanes<float> {
    using Values = Pack;
    static constexpr long width = Pack::size;
    static RESIDUA_INLINE Pack load(const float* src) { return Pack::load_unaligned(src); }
    static RESIDUA_INLINE void store(Pack values, float* dst) { values.store_unaligned(dst); }
};

/// The first `count` elements as Values; what lies beyond is 1, harmless in any operation, and never read.
template <long count, class T>
RESIDUA_INLINE auto load_some(const T* src) {
    alignas(alignment) T lanes[Lanes<T>::width];
    std::fill(std::copy_n(src, count, lanes), lanes + Lanes<T>::width, T(1));
    return Lanes<T>::load(lanes);
}

template <long count, class T>
RESIDUA_INLINE void store_some(const typename Lanes<T>::Values& values, T* dst) {
    alignas(alignment) T lanes[Lanes<T>::width];
    Lanes<T>::store(values, lanes);
    std::copy_n(lanes, count, dst);
}

/// A leaf along one row: either its elements or, where it does not move, one element repeated.
template <class T, bool moves>
struct RowSource {
    const T* data_;
    RESIDUA_INLINE explicit RowSource(const T* data) : data_(data) {}
    template <long count>
    RESIDUA_INLINE auto some(long first) const {
        return load_some<count>(data_ + first);
    }
    RESIDUA_INLINE auto full(long first) const { return Lanes<T>::load(data_ + first); }
};
template <class T>
struct RowSource<T, false> {
    typename Lanes<T>::Values value_;
    RESIDUA_INLINE explicit RowSource(const T* data) {
        if constexpr (Lanes<T>::width == 1) {
            value_ = *data;
        } else {
            value_ = broadcast<typename Lanes<T>::Values>(*data);
        }
    }
    template <long count>
    RESIDUA_INLINE auto some(long) const {
        return value_;
    }
    RESIDUA_INLINE auto full(long) const { return value_; }
};

/// One row of a formula, ready to be evaluated anywhere in it. It holds copies, because the compiler would have to
/// fetch a constant again after every element written, which might be the constant.
template <class Node, class... Sources>
struct FormulaRow {
    Node node_;
    std::tuple<Sources...> sources_;

    RESIDUA_INLINE auto full(long first) const {
        return std::apply(
            [&](const auto&... source)
                __attribute__((always_inline)) { return evaluate(node_, source.full(first)...); },
            sources_);
    }
    template <long count>
    RESIDUA_INLINE auto some(long first) const {
        return std::apply(
            [&](const auto&... source)
                __attribute__((always_inline)) { return evaluate(node_, source.template some<count>(first)...); },
            sources_);
    }
};

/// A formula and its loops over Full, a shape the formula broadcasts to. Operand 0 of the nest is the destination, of
/// Full's rank with 1 where an axis is reduced away.
template <class Full, class Destination, class T, class Node, class... Leaves>
struct Loops {
    static constexpr auto nest = make_nest<Full, Destination, typename Leaves::Extents...>();
    static constexpr long row_size = nest.innermost().extent;
    static constexpr long row_rest = row_size % Lanes<T>::width;

    const Node& node_;
    const std::tuple<Leaves...>& leaves_;

    /// The row at position `kept` of the outer kept axes and `reduced` of the outer reduced ones.
    RESIDUA_INLINE auto row(long kept, long reduced) const {
        return row(kept, reduced, std::index_sequence_for<Leaves...>{});
    }

  private:
    template <std::size_t... leaf>
    RESIDUA_INLINE auto row(long kept, long reduced, std::index_sequence<leaf...>) const {
        return FormulaRow<Node, RowSource<T, nest.innermost().moves[leaf + 1]>...>{
            node_,
            {RowSource<T, nest.innermost().moves[leaf + 1]>(std::get<leaf>(leaves_).data() +
                                                            outer_offset<nest, leaf + 1, true>(kept) +
                                                            outer_offset<nest, leaf + 1, false>(reduced))...}};
    }
};

/// Keeps references into `formula`.
template <class Full, class Destination, class T, class S, class Node, class... Leaves>
Loops<Full, Destination, T, Node, Leaves...> loops_of(const Formula<T, S, Node, Leaves...>& formula) {
    static_assert(std::is_floating_point_v<T>, "formulas are computed in float or double");
    return Loops<Full, Destination, T, Node, Leaves...>{formula.node, formula.leaves};
}

/// How `rows` rows of `row_size` elements are cut into tasks of about `target` elements: several short rows, or a
/// segment of a long one. The cut depends on the sizes alone, never on the number of threads.
struct Tasks {
    long rows, row_size, target;

    constexpr long rows_per_task() const { return std::max(1L, target / row_size); }
    constexpr long segments() const { return (row_size + target - 1) / target; }
    constexpr long count() const { return (rows + rows_per_task() - 1) / rows_per_task() * segments(); }

    /// Calls body(row, first element, end) for the parts of task `index`.
    template <class Body>
    void run(long index, const Body& body) const {
        const long first_row = index / segments() * rows_per_task();
        const long first = index % segments() * target;
        const long end_row = std::min(rows, first_row + rows_per_task());
        for (long row = first_row; row < end_row; ++row) body(row, first, std::min(row_size, first + target));
    }
};

/// Elements a task should compute: enough to pay for handing it to a thread, and its operands fit the first caches.
inline constexpr long task_size = 4096;

/// dst[first, end) = row[first, end). A task ends between two packs or at the row's end, where `rest` elements are
/// left.
template <long rest, class T, class AnyRow>
RESIDUA_INLINE void store_row(const AnyRow& row, T* dst, long first, long end) {
    constexpr long width = Lanes<T>::width;
    for (; first + width <= end; first += width) Lanes<T>::store(row.full(first), dst + first);
    if constexpr (rest != 0) {
        if (first < end) store_some<rest>(row.template some<rest>(first), dst + first);
    }
}

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// dst = source in one pass over memory, without allocation. `source` is a formula, a tensor or a view whose shape
/// broadcasts to dst's. Element types are float (16 at a time) or double, the same on both sides.
/// `executor(count, body)` must call body(0) ... body(count - 1), each once, in any order and from any threads, and
/// return when all are done. The elements get the same bits from any executor.
template <class T, int... extent, class Source, class Executor = detail::Serial>
requires detail::is_tensor_operand<Source>
void assign(const TensorView<T, extent...>& dst, const Source& source, Executor&& executor = {}) {
    using Extents = detail::Shape<extent...>;
    const auto formula = detail::formula_of(source);
    using From = typename decltype(formula)::Extents;
    static_assert(std::is_same_v<T, typename decltype(formula)::Element>,
                  "a formula is assigned to a tensor of its own element type that is not const");
    constexpr bool fits = detail::assignable<Extents, From>;
    using Verdict =
        std::conditional_t<fits, detail::ShapesBroadcast<Extents>, detail::ShapeDoesNotFitDestination<Extents, From>>;
    static_assert(Verdict::ok, "the formula's shape does not broadcast to the destination's");
    if constexpr (fits) {
        const auto loops = detail::loops_of<Extents, Extents>(formula);
        static constexpr auto& nest = decltype(loops)::nest;
        static constexpr detail::Tasks tasks{nest.outer_count(true), decltype(loops)::row_size, detail::task_size};
        executor(tasks.count(), [&](long index) {
            tasks.run(index, [&](long row, long first, long end) {
                detail::store_row<decltype(loops)::row_rest>(
                    loops.row(row, 0), dst.data() + detail::outer_offset<nest, 0, true>(row), first, end);
            });
        });
    }
}

template <class T, int... extent, class Source, class Executor = detail::Serial>
requires detail::is_tensor_operand<Source>
void assign(Tensor<T, extent...>& dst, const Source& source, Executor&& executor = {}) {
    assign(dst.view(), source, executor);
}

}  // namespace residua::inline RESIDUA_ISA
