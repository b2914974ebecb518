#pragma once

/// \file
/// Derivatives of expressions by the rules of calculus, at compile time, simplified where a factor or summand is 0
/// or 1.

#include <residua/expr/expression.hpp>
#include <residua/expr/math.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// d operation(a) / da.
template <class A>
constexpr auto slope(Negate, A) {
    return Constant{-1.0f};
}
template <class A>
constexpr auto slope(Exp, A a) {
    return exp(a);
}
template <class A>
constexpr auto slope(Log, A a) {
    return One{} / a;
}
template <class A>
constexpr auto slope(Sqrt, A a) {
    return 0.5f / sqrt(a);
}
template <class A>
constexpr auto slope(Tanh, A a) {
    return One{} - square(tanh(a));
}
template <class A>
constexpr auto slope(Square, A a) {
    return 2.0f * a;
}
template <class A>
constexpr auto slope(Sigmoid, A a) {
    return sigmoid(a) * (One{} - sigmoid(a));
}
/// The sign of a, 0 at 0.
template <class A>
constexpr auto slope(Abs, A a) {
    return where_greater(a, Zero{}, One{}, where_greater(Zero{}, a, Constant{-1.0f}, Zero{}));
}

template <int index>
struct Derivative {
    template <Constants C>
    static constexpr Zero of(C) {
        return {};
    }

    template <int other>
    static constexpr auto of(Variable<other>) {
        if constexpr (other == index) {
            return One{};
        } else {
            return Zero{};
        }
    }

    template <class A>
    static constexpr auto of(Unary<Negate, A> node) {
        return -of(node.argument);
    }

    template <class Operation, class A>
    static constexpr auto of(Unary<Operation, A> node) {
        return of(node.argument) * slope(Operation{}, node.argument);
    }

    template <class A, class B>
    static constexpr auto of(Binary<Add, A, B> node) {
        return of(node.left) + of(node.right);
    }

    template <class A, class B>
    static constexpr auto of(Binary<Subtract, A, B> node) {
        return of(node.left) - of(node.right);
    }

    template <class A, class B>
    static constexpr auto of(Binary<Multiply, A, B> node) {
        return of(node.left) * node.right + node.left * of(node.right);
    }

    template <class A, class B>
    static constexpr auto of(Binary<Divide, A, B> node) {
        return (of(node.left) - node * of(node.right)) / node.right;
    }

    /// Where both sides are equal, a side that does not depend on the variable gives its slope, 0; else the right one.
    template <class A, class B>
    static constexpr auto of(Binary<Max, A, B> node) {
        if constexpr (is_zero<decltype(of(node.left))>) {
            return where_greater(node.right, node.left, of(node.right), Zero{});
        } else {
            return where_greater(node.left, node.right, of(node.left), of(node.right));
        }
    }

    template <class A, class B>
    static constexpr auto of(Binary<Min, A, B> node) {
        if constexpr (is_zero<decltype(of(node.left))>) {
            return where_greater(node.left, node.right, of(node.right), Zero{});
        } else {
            return where_greater(node.right, node.left, of(node.left), of(node.right));
        }
    }

    template <class A, class B, class Yes, class No>
    static constexpr auto of(WhereGreater<A, B, Yes, No> node) {
        return where_greater(node.left, node.right, of(node.yes), of(node.no));
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The expression's partial derivative with respect to x<index>, itself an expression of the same variables.
/// Kinks follow PyTorch: relu has slope 0 at 0, abs too. Where max(a, b) or min(a, b) meet in a tie and both depend on
/// the variable, the slope is b's. WhereGreater's condition has no slope.
template <int index, detail::Expression E>
constexpr auto derivative(E expression) {
    return detail::Derivative<index>::of(detail::node_of(expression));
}

}  // namespace residua::inline RESIDUA_ISA
