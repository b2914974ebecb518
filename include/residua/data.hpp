#pragma once

/// \file
/// Images and what training and testing make of them: the built-in data set, normalisation, augmentation, crops,
/// batches. Everything but what needs further libraries: data/cifar10.hpp, data/image_file.hpp and, built on it,
/// data/augmented_folder.hpp and data/folder_statistics.hpp.

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
