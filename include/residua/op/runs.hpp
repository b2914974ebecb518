#pragma once

/// \file
/// The fast kernels of every operation that makes a pass of its own, a line each.

#include <residua/op/grouped_conv/run.hpp>
#include <residua/op/maxout/run.hpp>
#include <residua/op/pool/run.hpp>
#include <residua/op/shortcut_a/run.hpp>
