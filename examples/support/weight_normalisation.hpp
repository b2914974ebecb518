#pragma once

#include <string>

#include <residua/data/normalisation.hpp>
#include <residua/file/safetensors.hpp>

namespace support {

/// How images have to be normalised for the weights of a file with such metadata: as it says under "normalisation", as
/// known for its "source", or else by ImageNet's means, which most published weights want. `choice`, unless empty,
/// overrides: "imagenet", "cifar10" or the text of a residua::Normalisation.
residua::Normalisation normalisation_for(const residua::Metadata& metadata, const std::string& choice);

}  // namespace support
