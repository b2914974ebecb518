#pragma once

#include <residua/model/cifar.hpp>
#include <residua/plan/algorithm.hpp>

/// \file
/// Included before all else in every file of `cifar10_direct`.

template <>
inline constexpr residua::Algorithm residua::last_algorithm<residua::ResNet20> = residua::Algorithm::direct;
