#pragma once

/// \file
/// Weights and arrays in files: `.safetensors` and `.npy`, models straight from a file, files that are written whole or
/// not at all.

#include <residua/file/atomic_file.hpp>
#include <residua/file/class_names.hpp>
#include <residua/file/npy.hpp>
#include <residua/file/safetensors.hpp>
#include <residua/io/model.hpp>
#include <residua/io/weights.hpp>
