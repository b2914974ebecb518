#pragma once

#include <residua/config.hpp>

/// \file
/// The library's version, read by the build as well: change it here only.

#define RESIDUA_VERSION_MAJOR 0
#define RESIDUA_VERSION_MINOR 1
#define RESIDUA_VERSION_PATCH 0
