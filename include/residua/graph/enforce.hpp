#pragma once

#include <residua/graph/diagnose.hpp>

namespace residua {

namespace detail {

/// What everything behind the door works with once the door has complained: a network that cannot fail again.
struct Nothing : Network<Input<1, 1, 1>, Linear<1>> {};

/// The one place that turns a verdict into a compile error, once per network.
template <class Net>
struct Enforced {
    static_assert(sizeof(typename Diagnose<Net>::template Enforce<Net>) > 0);
    static constexpr GraphView graph = traced<std::conditional_t<accepts<Net>, Net, Nothing>>.view();
};

}  // namespace detail

/// The network's nodes. A network that does not fit is a compile error here, and only here.
template <class Net>
inline constexpr const detail::GraphView& graph_of = detail::Enforced<Net>::graph;

}  // namespace residua
