#pragma once

/// \file
/// Networks as types, their tensors, models that predict and workspaces that train them. Files, images and the training
/// recipe are headers of their own, because each costs every program that includes it compile time: `io.hpp`,
/// `data.hpp`, `train.hpp`. `model.hpp` alone is enough to declare networks, check them and know their costs.

// First, so that the way from the program to a verdict, which compilers print before it, is short.
#include <residua/model.hpp>
// Then in alphabetical order.
#include <residua/array/xtensor.hpp>
#include <residua/exec/model.hpp>
#include <residua/exec/workspace.hpp>
#include <residua/plan/traffic.hpp>
#include <residua/tensor/evaluate.hpp>
#include <residua/tensor/reduce.hpp>
#include <residua/tensor/tensor.hpp>
