#pragma once

/// \file
/// Weights and arrays in files: `.safetensors` and `.npy`, models straight from a file, files that are written whole or
/// not at all.

#include <residua/io/atomic_file.hpp>
#include <residua/io/class_names.hpp>
#include <residua/io/model.hpp>
#include <residua/io/npy.hpp>
#include <residua/io/safetensors.hpp>
#include <residua/io/weights.hpp>
