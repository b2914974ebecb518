#pragma once

/// \file
/// Every operation's rule, a line each.

#include <residua/op/activation/rule.hpp>
#include <residua/op/add/rule.hpp>
#include <residua/op/bn/rule.hpp>
#include <residua/op/concat/rule.hpp>
#include <residua/op/conv/rule.hpp>
#include <residua/op/grouped_conv/rule.hpp>
#include <residua/op/input/rule.hpp>
#include <residua/op/linear/rule.hpp>
#include <residua/op/maxout/rule.hpp>
#include <residua/op/pool/rule.hpp>
#include <residua/op/shortcut_a/rule.hpp>
