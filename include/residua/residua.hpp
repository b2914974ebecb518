#pragma once

/// \file
/// Everything but what needs further libraries: data/cifar10.hpp, data/image_file.hpp and, built on it,
/// data/augmented_folder.hpp and data/folder_statistics.hpp. `model.hpp` alone is enough to declare networks, check
/// them and know their costs.

// First, so that the way from the program to a verdict, which compilers print before it, is short.
#include <residua/model.hpp>
// Then in alphabetical order.
#include <residua/array/xtensor.hpp>
#include <residua/data/augment.hpp>
#include <residua/data/augmented_images.hpp>
#include <residua/data/builtin.hpp>
#include <residua/data/crops.hpp>
#include <residua/data/fill_batch.hpp>
#include <residua/data/image_folder.hpp>
#include <residua/data/loader.hpp>
#include <residua/data/normalisation.hpp>
#include <residua/data/protocol.hpp>
#include <residua/data/resize.hpp>
#include <residua/data/scale_augment.hpp>
#include <residua/exec/model.hpp>
#include <residua/exec/workspace.hpp>
#include <residua/io/model.hpp>
#include <residua/io/npy.hpp>
#include <residua/io/safetensors.hpp>
#include <residua/io/weights.hpp>
#include <residua/plan/budget.hpp>
#include <residua/plan/traffic.hpp>
#include <residua/tensor/evaluate.hpp>
#include <residua/tensor/reduce.hpp>
#include <residua/tensor/tensor.hpp>
#include <residua/train/checkpoint.hpp>
#include <residua/train/evaluate.hpp>
#include <residua/train/scores.hpp>
#include <residua/train/trainer.hpp>
#include <residua/version.hpp>
