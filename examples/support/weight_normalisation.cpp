#include "weight_normalisation.hpp"

#include <string_view>

namespace support {

namespace {

using namespace residua;

struct KnownSource {
    std::string_view source;  ///< how the metadata entry begins
    Normalisation (*normalisation)();
};

/// Weights trained elsewhere, whose files do not say what they need.
constexpr KnownSource known_sources[] = {
    {"github akamaster/pytorch_resnet_cifar10", imagenet_normalisation},
    {"github snu-ccl/FHE-MP-CNN", cifar10_normalisation},
};

}  // namespace

Normalisation normalisation_for(const Metadata& metadata, const std::string& choice) {
    if (choice == "imagenet") return imagenet_normalisation();
    if (choice == "cifar10") return cifar10_normalisation();
    if (!choice.empty()) return Normalisation::from_text(choice);
    if (const auto text = metadata.find("normalisation"); text != metadata.end())
        return Normalisation::from_text(text->second);
    if (const auto source = metadata.find("source"); source != metadata.end())
        for (const KnownSource& known : known_sources)
            if (source->second.starts_with(known.source)) return known.normalisation();
    return imagenet_normalisation();
}

}  // namespace support
