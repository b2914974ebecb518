#pragma once

#include <filesystem>
#include <string>

#include <residua/data/normalisation.hpp>

namespace support {

/// How images have to be normalised for the weights in a file: as its metadata says under "normalisation", as known for
/// its "source", or else by ImageNet's means, which most published weights want. `choice`, unless empty, overrides:
/// "imagenet", "cifar10" or the text of a residua::Normalisation.
residua::Normalisation normalisation_for(const std::filesystem::path& weights, const std::string& choice);

}  // namespace support
