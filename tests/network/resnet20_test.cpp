#include <support/fused.hpp>
#include <support/golden.hpp>

#include <residua/data/cifar10.hpp>
#include <residua/data/fill_batch.hpp>
#include <residua/file/npy.hpp>
#include <residua/io/weights.hpp>
#include <residua/model/cifar.hpp>
#include <residua/train/loss.hpp>

using namespace residua;

namespace {

/// The first test images of CIFAR-10 as ResNet-20 was trained on them, and its trained weights.
struct Trained {
    Weights<ResNet20> weights =
        load_safetensors<ResNet20>(data_folder() / "pretrained" / "resnet20-cifar10.safetensors");
    LabelledImages set = load_cifar10(data_folder(), Cifar10Set::test);
    std::vector<float> images = std::vector<float>(64 * 3072);

    Trained() { fill_batch(set, imagenet_normalisation(), 0, 64, images); }
    [[nodiscard]] std::span<const Label> labels(std::size_t count) const { return std::span(set.labels).first(count); }
};

}  // namespace

TEST_CASE("golden: logits of ResNet-20 are PyTorch's") {
    RESIDUA_NEEDS_DATA();
    const NpyArray<double> expected = read_npy<double>(data_folder() / "golden" / "resnet20-logits64-f64.npy");
    const Trained trained;
    const Model<ResNet20> model(trained.weights);
    for (const int batch : {1, 7, 64}) {
        Workspace<ResNet20, Inference> workspace(batch, 2);
        std::vector<float> logits;
        for (int first = 0; first < 64; first += batch) {
            const int count = std::min(batch, 64 - first);
            const auto part =
                std::span(trained.images)
                    .subspan(static_cast<std::size_t>(first) * 3072, static_cast<std::size_t>(count) * 3072);
            const auto outputs = model.predict(part, count, workspace);
            logits.insert(logits.end(), outputs.begin(), outputs.end());
        }
        Disagreement found;
        found.compare(logits, expected.values, "logits");
        INFO(batch << " images at a time");
        CHECK(found.error < 1e-5);
    }
}

TEST_CASE("golden: a training step of ResNet-20 is PyTorch's") {
    RESIDUA_NEEDS_DATA();
    const SafetensorsFile file(data_folder() / "golden" / "resnet20-train32.safetensors");
    const int threads = GENERATE(1, 2);
    Trained trained;
    Workspace<ResNet20, Training> workspace(32, threads);
    const auto logits = workspace.forward(trained.weights, std::span(trained.images).first(32 * 3072), 32);
    const Loss loss = softmax_cross_entropy(logits, trained.labels(32), workspace.output_gradient());
    CHECK(loss.mean == Approx(golden_values(file, "loss")[0]).epsilon(1e-5));
    Disagreement outputs;
    outputs.compare(logits, golden_values(file, "logits"), "logits");
    CHECK(outputs.error < 1e-5);

    const std::span<const float> gradients = workspace.backward();
    Disagreement worst;
    Disagreement statistics;
    for (const Parameter& parameter : parameters<ResNet20>) {
        const std::string name = parameter_name<ResNet20>(parameter);
        if (parameter.trained())
            worst.compare(gradients.subspan(static_cast<std::size_t>(parameter.offset),
                                            static_cast<std::size_t>(parameter.count())),
                          golden_values(file, "grad." + name), name);
        else
            statistics.compare(trained.weights.span(parameter), golden_values(file, "after." + name), name);
    }
    INFO("gradients: " << worst.error << " at " << worst.where << ", statistics: " << statistics.error << " at "
                       << statistics.where);
    CHECK(worst.error < 2e-4);
    CHECK(statistics.error < 1e-5);
    CHECK(worst.error > 0);  // something was compared
}
