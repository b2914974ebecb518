#pragma once

/// \file
/// Element-wise expressions as values: `x0 * x1 + x2` is an object whose type is its formula. Every node is a
/// structural literal type, so an expression can be a template argument: `struct SiLU : Activation<x / (1 + exp(-x))>
/// {};`. The same nodes are evaluated on a float, a double or a register (simd/pack.hpp), differentiated by
/// expr/derivative.hpp, and form the lazily evaluated tensor expressions of tensor/evaluate.hpp.
/// Nodes are small values, safe to copy and to share between threads; nothing allocates.

#include <cmath>
#include <concepts>
#include <type_traits>

#include <residua/config.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// The value number `index` handed to evaluate().
template <int index>
struct Variable {};

/// A constant the type system knows, so that it vanishes from sums and products at compile time.
struct Zero {
    static constexpr float value = 0.0f;
};
struct One {
    static constexpr float value = 1.0f;
};

/// Any other constant.
struct Constant {
    float value;
};

/// A function of one argument; Operation is one of the tags below and in expr/math.hpp.
template <class Operation, class Argument>
struct Unary {
    Argument argument;
};

/// A function of two arguments.
template <class Operation, class Left, class Right>
struct Binary {
    Left left;
    Right right;
};

/// `yes` where left > right, `no` elsewhere (also where either side is NaN).
template <class Left, class Right, class Yes, class No>
struct WhereGreater {
    Left left;
    Right right;
    Yes yes;
    No no;
};

// The names of the variables are enumerators and not variables, because Clang's -Wshadow would otherwise warn of every
// parameter called x in a program that says `using namespace residua`.
enum class Name0 { x0, x = x0 };
enum class Name1 { x1 };
enum class Name2 { x2 };
enum class Name3 { x3 };
enum class Name4 { x4 };
enum class Name5 { x5 };
enum class Name6 { x6 };
enum class Name7 { x7 };

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::variables::inline RESIDUA_ISA {

/// `x` = `x0`, `x1`, ... `x7`: the variables by name.
using enum detail::Name0;
using enum detail::Name1;
using enum detail::Name2;
using enum detail::Name3;
using enum detail::Name4;
using enum detail::Name5;
using enum detail::Name6;
using enum detail::Name7;

}  // namespace residua::variables::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

template <class T>
inline constexpr bool is_node = false;
template <int index>
inline constexpr bool is_node<Variable<index>> = true;
template <>
inline constexpr bool is_node<Zero> = true;
template <>
inline constexpr bool is_node<One> = true;
template <>
inline constexpr bool is_node<Constant> = true;
template <class Operation, class Argument>
inline constexpr bool is_node<Unary<Operation, Argument>> = true;
template <class Operation, class Left, class Right>
inline constexpr bool is_node<Binary<Operation, Left, Right>> = true;
template <class Left, class Right, class Yes, class No>
inline constexpr bool is_node<WhereGreater<Left, Right, Yes, No>> = true;

constexpr Variable<0> node_of(Name0) { return {}; }
constexpr Variable<1> node_of(Name1) { return {}; }
constexpr Variable<2> node_of(Name2) { return {}; }
constexpr Variable<3> node_of(Name3) { return {}; }
constexpr Variable<4> node_of(Name4) { return {}; }
constexpr Variable<5> node_of(Name5) { return {}; }
constexpr Variable<6> node_of(Name6) { return {}; }
constexpr Variable<7> node_of(Name7) { return {}; }

template <class T>
requires std::is_arithmetic_v<T>
constexpr Constant node_of(T value) { return {static_cast<float>(value)}; }

template <class T>
requires is_node<T>
constexpr T node_of(T node) { return node; }

/// What an operation makes of its operands. Tensors specialise it (tensor/evaluate.hpp).
template <class Operation, class... Operands>
struct Build {
    static constexpr auto from(const Operands&... operands) { return Operation::build(node_of(operands)...); }
};

/// Tensors set it, so that the operators and functions below accept them.
template <class T>
inline constexpr bool is_tensor_operand = false;

template <class T>
concept Constants = std::is_same_v<T, Zero> || std::is_same_v<T, One> || std::is_same_v<T, Constant>;

template <class T>
inline constexpr bool is_zero = std::is_same_v<T, Zero>;
template <class T>
inline constexpr bool is_one = std::is_same_v<T, One>;

/// A node or the name of a variable.
template <class T>
concept Expression = is_node<T> ||(std::is_enum_v<T>&& requires(T t) { node_of(t); });

/// What may stand in a formula: an expression, a number, a tensor.
template <class T>
concept Operand = Expression<T> || std::is_arithmetic_v<T> || is_tensor_operand<T>;

/// At least one side is no bare number, so that arithmetic of numbers stays what it is.
template <class... T>
concept Operands = (Operand<T> && ...) && !(std::is_arithmetic_v<T> && ...);

// Operations. `apply` computes on values, `build` makes the node, simplified where the types allow it.

struct Add {
    template <class V>
    static RESIDUA_INLINE constexpr V apply(const V& a, const V& b) {
        return a + b;
    }
    template <class A, class B>
    static constexpr auto build(A a, B b) {
        if constexpr (is_zero<A>) {
            return b;
        } else if constexpr (is_zero<B>) {
            return a;
        } else if constexpr (Constants<A> && Constants<B>) {
            return Constant{a.value + b.value};
        } else {
            return Binary<Add, A, B>{a, b};
        }
    }
};

struct Negate;

template <class Node>
inline constexpr bool is_negation = false;
template <class A>
inline constexpr bool is_negation<Unary<Negate, A>> = true;

struct Negate {
    template <class V>
    static RESIDUA_INLINE constexpr V apply(const V& a) {
        return -a;
    }
    template <class A>
    static constexpr auto build(A a) {
        if constexpr (is_zero<A>) {
            return a;
        } else if constexpr (Constants<A>) {
            return Constant{-a.value};
        } else if constexpr (is_negation<A>) {
            return a.argument;
        } else {
            return Unary<Negate, A>{a};
        }
    }
};

struct Subtract {
    template <class V>
    static RESIDUA_INLINE constexpr V apply(const V& a, const V& b) {
        return a - b;
    }
    template <class A, class B>
    static constexpr auto build(A a, B b) {
        if constexpr (is_zero<B>) {
            return a;
        } else if constexpr (is_zero<A>) {
            return Negate::build(b);
        } else if constexpr (Constants<A> && Constants<B>) {
            return Constant{a.value - b.value};
        } else {
            return Binary<Subtract, A, B>{a, b};
        }
    }
};

struct Multiply {
    template <class V>
    static RESIDUA_INLINE constexpr V apply(const V& a, const V& b) {
        return a * b;
    }
    template <class A, class B>
    static constexpr auto build(A a, B b) {
        if constexpr (is_zero<A> || is_zero<B>) {
            return Zero{};
        } else if constexpr (is_one<A>) {
            return b;
        } else if constexpr (is_one<B>) {
            return a;
        } else if constexpr (Constants<A> && Constants<B>) {
            return Constant{a.value * b.value};
        } else {
            return Binary<Multiply, A, B>{a, b};
        }
    }
};

struct Divide {
    template <class V>
    static RESIDUA_INLINE constexpr V apply(const V& a, const V& b) {
        return a / b;
    }
    template <class A, class B>
    static constexpr auto build(A a, B b) {
        static_assert(!is_zero<B>, "division by zero in an expression");
        if constexpr (is_zero<A> || is_one<B>) {
            return a;
        } else {
            return Binary<Divide, A, B>{a, b};
        }
    }
};

struct ChooseGreater {
    template <class A, class B, class Yes, class No>
    static constexpr auto build(A a, B b, Yes yes, No no) {
        if constexpr (is_zero<Yes> && is_zero<No>) {
            return yes;
        } else {
            return WhereGreater<A, B, Yes, No>{a, b, yes, no};
        }
    }
};

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

template <class A, class B>
requires detail::Operands<A, B>
constexpr auto operator+(const A& a, const B& b) { return detail::Build<detail::Add, A, B>::from(a, b); }
template <class A, class B>
requires detail::Operands<A, B>
constexpr auto operator-(const A& a, const B& b) { return detail::Build<detail::Subtract, A, B>::from(a, b); }
template <class A, class B>
requires detail::Operands<A, B>
constexpr auto operator*(const A& a, const B& b) { return detail::Build<detail::Multiply, A, B>::from(a, b); }
template <class A, class B>
requires detail::Operands<A, B>
constexpr auto operator/(const A& a, const B& b) { return detail::Build<detail::Divide, A, B>::from(a, b); }
template <class A>
requires detail::Operands<A>
constexpr auto operator-(const A& a) { return detail::Build<detail::Negate, A>::from(a); }

/// `yes` where a > b, `no` elsewhere.
template <class A, class B, class Yes, class No>
requires detail::Operands<A, B, Yes, No>
constexpr auto where_greater(const A& a, const B& b, const Yes& yes, const No& no) {
    return detail::Build<detail::ChooseGreater, A, B, Yes, No>::from(a, b, yes, no);
}

}  // namespace residua::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

// Nodes live here: their operators are found beside them.
using residua::operator+, residua::operator-, residua::operator*, residua::operator/, residua::where_greater;

/// What scalars lack; registers bring their own functions of these names.
}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::detail::scalar::inline RESIDUA_ISA {
template <std::floating_point T>
constexpr T max(T a, T b) {
    return a != a || a > b ? a : b;
}
template <std::floating_point T>
constexpr T min(T a, T b) {
    return a != a || a < b ? a : b;
}
template <std::floating_point T>
constexpr T at_least(float number, T a) {
    return a < T(number) ? T(number) : a;
}
template <std::floating_point T>
constexpr T at_most(float number, T a) {
    return a > T(number) ? T(number) : a;
}
template <std::floating_point T>
constexpr bool greater(T a, T b) {
    return a > b;
}
template <std::floating_point T>
constexpr T select(bool mask, T yes, T no) {
    return mask ? yes : no;
}
}  // namespace residua::detail::scalar::inline RESIDUA_ISA

namespace residua::detail::inline RESIDUA_ISA {

/// `number` in every lane of a V.
template <class V>
RESIDUA_INLINE constexpr V broadcast(float number) {
    if constexpr (requires { V::broadcast(number); }) {
        return V::broadcast(number);
    } else {
        return V(number);
    }
}

template <class V>
RESIDUA_INLINE constexpr V multiply_add(const V& a, const V& b, const V& c) {
    if constexpr (std::is_class_v<V> && requires { fma(a, b, c); }) {
        return fma(a, b, c);
    } else {
        return a * b + c;
    }
}

template <int index, class V, class... Rest>
RESIDUA_INLINE constexpr const V& pick(const V& first, const Rest&... rest) {
    if constexpr (index == 0) {
        return first;
    } else {
        static_assert(sizeof...(Rest) > 0, "the expression has more variables than evaluate() was given values");
        return pick<index - 1>(rest...);
    }
}

template <class Node>
inline constexpr bool is_product = false;
template <class A, class B>
inline constexpr bool is_product<Binary<Multiply, A, B>> = true;

/// Evaluates nodes on values of type V.
template <class V>
struct Evaluate {
    template <int index, class... W>
    static RESIDUA_INLINE constexpr V value(const Variable<index>&, const W&... values) {
        return pick<index>(values...);
    }

    template <Constants C, class... W>
    static RESIDUA_INLINE constexpr V value(const C& constant, const W&...) {
        return broadcast<V>(constant.value);
    }

    template <class Operation, class A, class... W>
    static RESIDUA_INLINE constexpr V value(const Unary<Operation, A>& node, const W&... values) {
        return Operation::template apply<V>(value(node.argument, values...));
    }

    template <class Operation, class A, class B, class... W>
    static RESIDUA_INLINE constexpr V value(const Binary<Operation, A, B>& node, const W&... values) {
        if constexpr (std::is_same_v<Operation, Add> && is_product<A>) {
            return multiply_add<V>(value(node.left.left, values...), value(node.left.right, values...),
                                   value(node.right, values...));
        } else if constexpr (std::is_same_v<Operation, Add> && is_product<B>) {
            return multiply_add<V>(value(node.right.left, values...), value(node.right.right, values...),
                                   value(node.left, values...));
        } else if constexpr (Constants<A> && requires(const V& v) { Operation::apply_to_constant(0.0f, v); }) {
            return Operation::apply_to_constant(node.left.value, value(node.right, values...));
        } else {
            return Operation::template apply<V>(value(node.left, values...), value(node.right, values...));
        }
    }

    template <class A, class B, class Yes, class No, class... W>
    static RESIDUA_INLINE constexpr V value(const WhereGreater<A, B, Yes, No>& node, const W&... values) {
        using scalar::greater, scalar::select;
        return select(greater(value(node.left, values...), value(node.right, values...)), value(node.yes, values...),
                      value(node.no, values...));
    }
};

/// Rebuilds (and so simplifies) a node with every Variable<i> replaced by `Replace::with(Variable<i>{}, inner)`.
template <class Replace>
struct Rebuild {
    template <int index, class Inner>
    static constexpr auto node(Variable<index> variable, Inner inner) {
        return Replace::with(variable, inner);
    }
    template <Constants C, class Inner>
    static constexpr C node(C constant, Inner) {
        return constant;
    }
    template <class Operation, class A, class Inner>
    static constexpr auto node(Unary<Operation, A> old, Inner inner) {
        return Operation::build(node(old.argument, inner));
    }
    template <class Operation, class A, class B, class Inner>
    static constexpr auto node(Binary<Operation, A, B> old, Inner inner) {
        return Operation::build(node(old.left, inner), node(old.right, inner));
    }
    template <class A, class B, class Yes, class No, class Inner>
    static constexpr auto node(WhereGreater<A, B, Yes, No> old, Inner inner) {
        return ChooseGreater::build(node(old.left, inner), node(old.right, inner), node(old.yes, inner),
                                    node(old.no, inner));
    }
};

template <int index>
struct ReplaceOne {
    template <int other, class Inner>
    static constexpr auto with(Variable<other> variable, Inner inner) {
        if constexpr (other == index) {
            return inner;
        } else {
            return variable;
        }
    }
};

template <int offset>
struct Renumber {
    template <int index>
    static constexpr Variable<index + offset> with(Variable<index>, Zero) {
        return {};
    }
};

/// The node with every Variable<i> turned into Variable<i + offset>.
template <int offset, class Node>
constexpr auto renumber(Node node) {
    return Rebuild<Renumber<offset>>::node(node, Zero{});
}

constexpr int larger(int a, int b) { return a > b ? a : b; }

struct CountVariables {
    template <int index>
    static constexpr int of(Variable<index>) {
        return index + 1;
    }
    template <Constants C>
    static constexpr int of(C) {
        return 0;
    }
    template <class Operation, class A>
    static constexpr int of(Unary<Operation, A> node) {
        return of(node.argument);
    }
    template <class Operation, class A, class B>
    static constexpr int of(Binary<Operation, A, B> node) {
        return larger(of(node.left), of(node.right));
    }
    template <class A, class B, class Yes, class No>
    static constexpr int of(WhereGreater<A, B, Yes, No> node) {
        return larger(larger(of(node.left), of(node.right)), larger(of(node.yes), of(node.no)));
    }
};

/// How many values evaluate() needs: one more than the highest index of a variable.
template <auto expression>
inline constexpr int variable_count = CountVariables::of(node_of(expression));

/// Whether an expression has the variable `number`, or one behind it.
template <auto expression, int number>
inline constexpr bool has_variable = (number < variable_count<expression>);

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The expression's value when x0 = first, x1 = the next, and so on. V is float, double, Pack or anything else that has
/// the operations; all values have one type. A sum with a product in it uses V's `fma` if V is a class that has one.
/// Surplus values are ignored.
template <detail::Expression E, class V, class... W>
requires(std::same_as<V, W>&&...) RESIDUA_INLINE constexpr V
    evaluate(const E& expression, const V& first, const W&... rest) {
    return detail::Evaluate<V>::value(detail::node_of(expression), first, rest...);
}

/// Replaces x<index> in `outer` by `inner`: substitute<0>(relu(x), x0 * x1 + x2) is relu(x0 * x1 + x2).
template <int index, detail::Expression Outer, detail::Operand Inner>
constexpr auto substitute(Outer outer, Inner inner) {
    return detail::Rebuild<detail::ReplaceOne<index>>::node(detail::node_of(outer), detail::node_of(inner));
}

}  // namespace residua::inline RESIDUA_ISA
