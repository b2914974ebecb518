#pragma once

#include <residua/plan/training_backward.hpp>
#include <residua/plan/training_forward.hpp>
#include <residua/shape/enforce.hpp>

namespace residua {

namespace detail {

/// A constant of its own, because compilers limit the work that goes into one.
template <class Net>
inline constexpr auto forward_plan = TrainingFusion<graph_of<Net>.count()>(graph_of<Net>).run();

}  // namespace detail

/// The network's training plan.
template <class Net>
inline constexpr auto training_plan = detail::BackwardOrder<graph_of<Net>.count()>(detail::forward_plan<Net>).run();

}  // namespace residua
