#include "images.hpp"

#include <algorithm>
#include <stdexcept>
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

struct BuiltinSet {
    std::size_t size;
    std::uint64_t seed;
};

constexpr BuiltinSet builtin_training_set{10'000, 1};
constexpr BuiltinSet builtin_test_set{2'000, 2};

void keep_only(LabelledImages& images, std::size_t first, std::size_t count) {
    const auto cut = [&](auto& values, std::size_t of_one) {
        values.resize((first + count) * of_one);
        values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(first * of_one));
    };
    cut(images.pixels, images.image_size());
    cut(images.labels, 1);
}

}  // namespace

std::size_t Range::count_of(std::size_t size) const {
    const std::size_t rest = size - std::min(first, size);
    const std::size_t taken = count.value_or(rest);
    if (taken == 0 || taken > rest)
        throw std::invalid_argument("--first, --count: expected some of the " + std::to_string(size) +
                                    " records, found first " + std::to_string(first) + " and count " +
                                    std::to_string(taken));
    return taken;
}

LabelledImages load_images(const std::string& data, Set set, const Range& range) {
    if (data == "builtin") {
        const BuiltinSet& builtin = set == Set::train ? builtin_training_set : builtin_test_set;
        return builtin_images(range.count_of(builtin.size), builtin.seed, range.first);
    }
    LabelledImages images = load_cifar10(data, set == Set::train ? Cifar10Set::train : Cifar10Set::test);
    keep_only(images, range.first, range.count_of(images.size()));
    return images;
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
