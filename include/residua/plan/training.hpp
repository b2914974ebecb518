#pragma once

#include <residua/graph/enforce.hpp>
#include <residua/plan/training_backward.hpp>
#include <residua/plan/training_dropped.hpp>
#include <residua/plan/training_forward.hpp>
#include <residua/plan/training_lifetimes.hpp>
#include <residua/plan/training_places.hpp>
#include <residua/plan/training_restore.hpp>

namespace residua::detail::inline RESIDUA_ISA {

/// Constants of their own, because compilers limit the work that goes into one.
template <class Net>
inline constexpr auto forward_plan = TrainingFusion<graph_of<Net>.count()>(graph_of<Net>).run();
template <class Net>
inline constexpr auto backward_plan = BackwardOrder<graph_of<Net>.count()>(forward_plan<Net>).run();
template <class Net>
inline constexpr auto dropping_plan = DroppedMaps<graph_of<Net>.count()>(graph_of<Net>, backward_plan<Net>).run();
template <class Net>
inline constexpr auto restoring_plan = RestoredMaps<graph_of<Net>.count()>(dropping_plan<Net>).run();
template <class Net>
inline constexpr auto lifetimes_plan = TrainingLifetimes<graph_of<Net>.count()>(restoring_plan<Net>).run();

}  // namespace residua::detail::inline RESIDUA_ISA

namespace residua::inline RESIDUA_ISA {

/// The network's training plan.
template <class Net>
inline constexpr auto training_plan = detail::TrainingPlaces<graph_of<Net>.count()>(detail::lifetimes_plan<Net>).run();

}  // namespace residua::inline RESIDUA_ISA
