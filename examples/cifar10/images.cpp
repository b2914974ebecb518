#include "images.hpp"

#include <string_view>

#include <residua/data/builtin.hpp>
#include <residua/data/cifar10.hpp>
#include <residua/io/safetensors.hpp>

namespace cifar10 {

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

LabelledImages load_images(const std::string& data, Set set) {
    constexpr std::size_t builtin_training = 10'000;
    constexpr std::size_t builtin_test = 2'000;
    if (data != "builtin") return load_cifar10(data, set == Set::train ? Cifar10Set::train : Cifar10Set::test);
    return set == Set::train ? builtin_images(builtin_training, 1) : builtin_images(builtin_test, 2);
}

Normalisation normalisation_for(const std::filesystem::path& weights, const std::string& choice) {
    if (choice == "imagenet") return imagenet_normalisation();
    if (choice == "cifar10") return cifar10_normalisation();
    if (!choice.empty()) return Normalisation::from_text(choice);
    const SafetensorsFile file(weights);
    const auto& metadata = file.metadata();
    if (const auto text = metadata.find("normalisation"); text != metadata.end())
        return Normalisation::from_text(text->second);
    if (const auto source = metadata.find("source"); source != metadata.end())
        for (const KnownSource& known : known_sources)
            if (source->second.starts_with(known.source)) return known.normalisation();
    return imagenet_normalisation();
}

}  // namespace cifar10
