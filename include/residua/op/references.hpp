#pragma once

/// \file
/// Every operation's slow kernels, a line each.

#include <residua/op/activation/reference.hpp>
#include <residua/op/add/reference.hpp>
#include <residua/op/bn/reference.hpp>
#include <residua/op/concat/reference.hpp>
#include <residua/op/conv/reference.hpp>
#include <residua/op/grouped_conv/reference.hpp>
#include <residua/op/input/reference.hpp>
#include <residua/op/linear/reference.hpp>
#include <residua/op/maxout/reference.hpp>
#include <residua/op/pool/reference.hpp>
#include <residua/op/shortcut_a/reference.hpp>
