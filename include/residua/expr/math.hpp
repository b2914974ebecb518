#pragma once

/// \file
/// Functions in expressions. A name finds the function by its argument: an expression builds a node, a number computes.

#include <residua/expr/expression.hpp>

namespace residua::detail::inline RESIDUA_ISA {

struct Exp {
    template <class V>
    static RESIDUA_INLINE constexpr V apply(const V& a) {
        using std::exp;
        return exp(a);
    }
    template <class A>
    static constexpr Unary<Exp, A> build(A a) {
        return {a};
    }
};

/// Natural logarithm.
struct Log {
    template <class V>
    static RESIDUA_INLINE constexpr V apply(const V& a) {
        using std::log;
        return log(a);
    }
    template <class A>
    static constexpr Unary<Log, A> build(A a) {
        return {a};
    }
};

struct Sqrt {
    template <class V>
    static RESIDUA_INLINE constexpr V apply(const V& a) {
        using std::sqrt;
        return sqrt(a);
    }
    template <class A>
    static constexpr Unary<Sqrt, A> build(A a) {
        return {a};
    }
};

struct Tanh {
    template <class V>
    static RESIDUA_INLINE constexpr V apply(const V& a) {
        using std::tanh;
        return tanh(a);
    }
    template <class A>
    static constexpr Unary<Tanh, A> build(A a) {
        return {a};
    }
};

struct Abs {
    template <class V>
    static RESIDUA_INLINE constexpr V apply(const V& a) {
        using std::abs;
        return abs(a);
    }
    template <class A>
    static constexpr Unary<Abs, A> build(A a) {
        return {a};
    }
};

/// a * a, an operation of its own so that a costly argument is computed once.
struct Square {
    template <class V>
    static RESIDUA_INLINE constexpr V apply(const V& a) {
        return a * a;
    }
    template <class A>
    static constexpr Unary<Square, A> build(A a) {
        return {a};
    }
};

/// 1 / (1 + exp(-a)).
struct Sigmoid {
    template <class V>
    static RESIDUA_INLINE constexpr V apply(const V& a) {
        const V one = broadcast<V>(1.0f);
        return one / (one + Exp::apply<V>(-a));
    }
    template <class A>
    static constexpr Unary<Sigmoid, A> build(A a) {
        return {a};
    }
};

/// A constant goes to the left, where evaluation looks for it.
template <class Operation, class A, class B>
constexpr auto constant_first(A a, B b) {
    if constexpr (Constants<B> && !Constants<A>) {
        return Binary<Operation, B, A>{b, a};
    } else {
        return Binary<Operation, A, B>{a, b};
    }
}

/// NaN where either side is. Constants are numbers.
struct Max {
    template <class V>
    static RESIDUA_INLINE constexpr V apply(const V& a, const V& b) {
        using scalar::max;
        return max(a, b);
    }
    template <class V>
    static RESIDUA_INLINE constexpr V apply_to_constant(float a, const V& b) {
        using scalar::at_least;
        return at_least(a, b);
    }
    template <class A, class B>
    static constexpr auto build(A a, B b) {
        return constant_first<Max>(a, b);
    }
};

/// NaNs as in Max.
struct Min {
    template <class V>
    static RESIDUA_INLINE constexpr V apply(const V& a, const V& b) {
        using scalar::min;
        return min(a, b);
    }
    template <class V>
    static RESIDUA_INLINE constexpr V apply_to_constant(float a, const V& b) {
        using scalar::at_most;
        return at_most(a, b);
    }
    template <class A, class B>
    static constexpr auto build(A a, B b) {
        return constant_first<Min>(a, b);
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

template <class A>
requires detail::Operands<A>
constexpr auto exp(const A& a) { return detail::Build<detail::Exp, A>::from(a); }
template <class A>
requires detail::Operands<A>
constexpr auto log(const A& a) { return detail::Build<detail::Log, A>::from(a); }
template <class A>
requires detail::Operands<A>
constexpr auto sqrt(const A& a) { return detail::Build<detail::Sqrt, A>::from(a); }
template <class A>
requires detail::Operands<A>
constexpr auto tanh(const A& a) { return detail::Build<detail::Tanh, A>::from(a); }
template <class A>
requires detail::Operands<A>
constexpr auto abs(const A& a) { return detail::Build<detail::Abs, A>::from(a); }
template <class A>
requires detail::Operands<A>
constexpr auto square(const A& a) { return detail::Build<detail::Square, A>::from(a); }
template <class A>
requires detail::Operands<A>
constexpr auto sigmoid(const A& a) { return detail::Build<detail::Sigmoid, A>::from(a); }
template <class A, class B>
requires detail::Operands<A, B>
constexpr auto max(const A& a, const B& b) { return detail::Build<detail::Max, A, B>::from(a, b); }
template <class A, class B>
requires detail::Operands<A, B>
constexpr auto min(const A& a, const B& b) { return detail::Build<detail::Min, A, B>::from(a, b); }

/// max(a, 0); a NaN in a stays NaN.
template <class A>
requires detail::Operands<A>
constexpr auto relu(const A& a) { return detail::Build<detail::Max, detail::Zero, A>::from(detail::Zero{}, a); }

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

using residua::abs, residua::exp, residua::log, residua::max, residua::min, residua::relu, residua::sigmoid,
    residua::sqrt, residua::square, residua::tanh;

}  // namespace residua::detail::inline RESIDUA_ISA
