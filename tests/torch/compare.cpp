// What the network NETWORK computes in float32 against what docs/scripts/torch_imagenet.py computed in float64.
// usage: torch_<network> WEIGHTS.safetensors IMAGES.npy LOGITS.npy [STEP.safetensors]
//        torch_<network> WEIGHTS.safetensors STEP.safetensors, which has the logits in inference as `inference`

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <support/disagreement.hpp>
#include <vector>

#include <residua/exec/model.hpp>
#include <residua/exec/workspace.hpp>
#include <residua/file/npy.hpp>
#include <residua/io/weights.hpp>
#include <residua/model/densenet.hpp>
#include <residua/model/imagenet.hpp>
#include <residua/model/vgg.hpp>
#include <residua/train/loss.hpp>
#ifdef NETWORK_HEADER
#include NETWORK_HEADER
#endif

namespace {

using namespace residua;
using Net = NETWORK;

/// The smallest gradients of random networks are zero by nature, like that of a bias before BN: there a tensor's
/// differences are relative to a share of the largest gradient of all, if that is larger than the tensor's own.
#ifdef SHARE_OF_LARGEST
constexpr double share_of_largest = SHARE_OF_LARGEST;
#else
constexpr double share_of_largest = 0;
#endif

constexpr int differ = 1;
constexpr int wrong_use = 2;

/// Prints a disagreement with its place; whether it is below the tolerance.
bool report(const char* what, const Disagreement& found, double tolerance) {
    const bool good = found.error < tolerance;
    std::printf("  %-10s %.1e of the largest, %s %.0e: %s\n", what, found.error, good ? "below" : "NOT BELOW",
                tolerance, found.where.c_str());
    return good;
}

std::vector<double> golden(const SafetensorsFile& file, const std::string& name) {
    const TensorEntry& entry = file.at(name);
    std::vector<double> values(entry.size());
    if (entry.dtype == Dtype::F32) {
        std::vector<float> floats(entry.size());
        file.read_exactly(entry, std::span(floats));
        return {floats.begin(), floats.end()};
    }
    file.read_exactly(entry, std::span(values));
    return values;
}

std::vector<float> images_of(const SafetensorsFile& step) {
    const TensorEntry& entry = step.at("images");
    std::vector<float> images(entry.size());
    step.read_floats(entry, images);
    return images;
}

bool compare_logits(const Weights<Net>& weights, std::span<const float> images, std::span<const double> expected) {
    const int count = static_cast<int>(images.size() / static_cast<std::size_t>(input_shape<Net>.count()));
    const Model<Net> model(weights);
    Workspace<Net, Inference> workspace(count);
    Disagreement logits;
    logits.compare(model.predict(images, count, workspace), expected, std::to_string(count) + " images");
    return report("logits", logits, 1e-4);
}

/// One training step on the images that PyTorch took, labels 0, 1, ...
bool compare_step(Weights<Net> weights, const SafetensorsFile& expected) {
    const std::vector<float> images = images_of(expected);
    const int count = static_cast<int>(expected.at("images").shape.at(0));
    std::vector<Label> labels(static_cast<std::size_t>(count));
    std::iota(labels.begin(), labels.end(), Label{0});
    Workspace<Net, Training> workspace(count);
    const auto logits = workspace.forward(weights, std::span<const float>(images), count);
    const Loss loss = softmax_cross_entropy(logits, labels, workspace.output_gradient());
    const std::span<const float> gradients = workspace.backward();

    Disagreement losses;
    losses.compare(std::array{static_cast<float>(loss.mean)}, golden(expected, "loss"),
                   "training, " + std::to_string(count) + " images");
    double largest = 0;
    for (const Parameter& parameter : parameters<Net>)
        if (parameter.trained())
            for (const double value : golden(expected, "grad." + parameter_name<Net>(parameter)))
                largest = std::max(largest, std::abs(value));
    Disagreement worst;
    Disagreement statistics{0, "none"};
    for (const Parameter& parameter : parameters<Net>) {
        const std::string name = parameter_name<Net>(parameter);
        if (parameter.trained())
            worst.compare(gradients.subspan(static_cast<std::size_t>(parameter.offset),
                                            static_cast<std::size_t>(parameter.count())),
                          golden(expected, "grad." + name), name, share_of_largest * largest);
        else
            statistics.compare(weights.span(parameter), golden(expected, "after." + name), name);
    }
    bool good = report("loss", losses, 1e-5);
    good = report("gradients", worst, 1e-3) && good;
    return report("statistics", statistics, 1e-5) && good;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3 || argc > 5) {
        std::fprintf(stderr, "usage: %s WEIGHTS.safetensors [IMAGES.npy LOGITS.npy] [STEP.safetensors]\n", argv[0]);
        return wrong_use;
    }
    try {
        const Weights<Net> weights = load_safetensors<Net>(argv[1]);
        bool good = true;
        if (argc == 3) {
            const SafetensorsFile step(argv[2]);
            good = compare_logits(weights, images_of(step), golden(step, "inference"));
        } else {
            const NpyArray<float> images = read_npy<float>(argv[2]);
            good = compare_logits(weights, images.values, read_npy<double>(argv[3]).values);
        }
        if (argc != 4) good = compare_step(weights, SafetensorsFile(argv[argc - 1])) && good;
        return good ? 0 : differ;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", argv[0], error.what());
        return wrong_use;
    }
}
