#pragma once

#include <type_traits>

#include <residua/graph/values.hpp>

namespace residua {

/// Values whose gradients a workspace for training gives beside those of the parameters: "input", "output", or a layer
/// by the name that its parameters have in weight files (`describe<Net>` lists them) or that `Named` gives it, which
/// stands for the result of the layer. `Workspace<Net, Training, WithRespectTo<"input">>`.
template <FixedString... names>
struct WithRespectTo {};

namespace detail {

/// A network of whose values gradients are wanted. To whatever plans and runs it, it is a network of its own, so that
/// plans and memory of all others know nothing of it.
template <class Net, class Values>
struct Differentiated;

template <class Net, FixedString... names>
struct Differentiated<Net, WithRespectTo<names...>> {
    static constexpr Entries<NodeNumber, static_cast<int>(sizeof...(names))> nodes{{ValueNamed<Net, names>::node...}};
};

template <class Net, class Values>
struct Enforced<Differentiated<Net, Values>> {
    static constexpr const auto& nodes = Differentiated<Net, Values>::nodes;
    static constexpr GraphView graph = graph_of<Net>.with_respect_to({nodes.begin(), nodes.size()});
};

/// Its activations are those of the network.
template <class Net, class Values>
constexpr auto residua_parts_of(Parts, const Differentiated<Net, Values>*) {
    return meta::list<Net>;
}

/// What is planned for a network of which these gradients are wanted.
template <class Net, class Values>
using Planned = std::conditional_t<std::is_same_v<Values, WithRespectTo<>>, Net, Differentiated<Net, Values>>;

}  // namespace detail

}  // namespace residua
