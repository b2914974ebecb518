#pragma once

/// \file
/// Networks as types: declare one, have it checked, read its costs and its summary, all without the parts that compute.
/// Light to include: it needs neither xtensor nor xsimd nor TBB. `residua/residua.hpp` has them.

// First, so that the way from the program to a verdict, which compilers print before it, is short.
#include <residua/graph/verdicts.hpp>
// Then in alphabetical order.
#include <residua/layer/values.hpp>
#include <residua/lower/budget.hpp>
#include <residua/model/cifar.hpp>
#include <residua/model/densenet.hpp>
#include <residua/model/imagenet.hpp>
#include <residua/model/vgg.hpp>
#include <residua/plan/costs.hpp>
#include <residua/plan/inference.hpp>
#include <residua/plan/names.hpp>
#include <residua/plan/summary.hpp>
#include <residua/version.hpp>
