#include "../support/places.hpp"
#include "../support/weight_normalisation.hpp"
#include "commands.hpp"
#include "network.hpp"
#include <residua/file/class_names.hpp>

namespace cifar10 {

using namespace residua;
using namespace support;

namespace {

/// \throws FileError for a value that is not finite and must not get into the file.
void require_finite(const std::filesystem::path& file, const NamedArray& array) {
    const std::size_t place = detail::first_not_finite<float>(array.values);
    if (place < array.values.size())
        throw FileError(file.string(), array.name + '[' + std::to_string(place) + ']', "a finite number",
                        detail::number_text(array.values[place]));
}

}  // namespace

int gradients(const GradientsOptions& options) {
    check_outputs({{"--out", options.out}});
    const auto network = network_named(options.net);
    const SafetensorsFile weights(options.weights);
    const Normalisation normalisation = normalisation_for(weights.metadata(), options.normalise);
    const LabelledImages images = load_images(options.data, options.set, options.range);
    check_class_names(weights.name(), class_names_in(weights.metadata()), images.class_names);
    const auto arrays = network->gradients(weights, images, normalisation, options.threads);
    std::vector<TensorToWrite> tensors;
    for (const NamedArray& array : arrays) {
        require_finite(options.out, array);
        tensors.push_back(tensor_to_write(array.name, array.shape, std::span(array.values)));
    }
    write_safetensors(options.out, tensors);
    return 0;
}

}  // namespace cifar10
